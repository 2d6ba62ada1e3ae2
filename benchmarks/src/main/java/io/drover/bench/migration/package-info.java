/**
 * A live migration against what it is built on: raw Aeron between the same two processes, and
 * QEMU's own migration of the same guest.
 */
@NullMarked
package io.drover.bench.migration;

import org.jspecify.annotations.NullMarked;
