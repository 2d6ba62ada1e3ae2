/**
 * QEMU's control protocol over its Unix socket: typed commands, answers by id, events. One reading
 * thread per connection; commands may be sent from any thread.
 */
@NullMarked
package io.drover.agent.qemu.qmp;

import org.jspecify.annotations.NullMarked;
