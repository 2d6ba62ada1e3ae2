package io.drover.transfer;

/**
 * Where and as whom a source sends: given out by the target, carried by the control plane.
 *
 * @param endpoint the target's Aeron endpoint, {@code host:port}
 * @param streamId first of the stream ids reserved for this transfer at that endpoint
 * @param token random; every frame carries it, so that a stray sender is refused
 */
public record TransferTicket(String endpoint, int streamId, long token) {}
