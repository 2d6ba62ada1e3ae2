/**
 * Memory pages and opaque byte streams from host to host over Aeron: the public face of this
 * module.
 *
 * <p>A {@link io.drover.transfer.TransferEngine} is one media driver and one Aeron client per
 * process. The target calls {@code receive} and hands the {@link io.drover.transfer.TransferTicket}
 * to the source by way of the control plane; the source calls {@code send}. No Pekko, no gRPC:
 * pages never are messages.
 */
@NullMarked
package io.drover.transfer;

import org.jspecify.annotations.NullMarked;
