/**
 * A guest's memory as numbered pages: what is zero, what was last sent, and the digest over all of
 * it. Each object belongs to one thread, except {@link io.drover.transfer.page.PageMemory}.
 */
@NullMarked
package io.drover.transfer.page;

import org.jspecify.annotations.NullMarked;
