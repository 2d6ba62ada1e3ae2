/**
 * The two ends of a transfer. Each has one platform thread that does all its Aeron work in a duty
 * cycle; callers hand it a request and block. What is shared between them says so.
 *
 * <p>A transfer has three streams: control and pages to the target, control back to the source.
 * Batches of pages carry a sequence; the target applies them strictly in order and says how far it
 * is. When a stream breaks, the source connects anew under the next generation, learns the last
 * applied batch, and sends what the later ones held once more.
 */
@NullMarked
package io.drover.transfer.lane;

import org.jspecify.annotations.NullMarked;
