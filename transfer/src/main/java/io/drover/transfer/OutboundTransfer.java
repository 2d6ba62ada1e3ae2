package io.drover.transfer;

import io.drover.config.units.DataRate;
import java.time.Duration;

/**
 * The sending end: rounds while the guest runs, then the rest while it does not. Methods block and
 * are called by one thread at a time; {@link #abort} and {@link #limitBandwidth} may come from any.
 */
public interface OutboundTransfer extends AutoCloseable {
  /**
   * Sends what is dirty: all pages in round 0, then those written since. Returns once the target
   * has acknowledged all of it.
   */
  RoundReport sendRound() throws TransferException;

  /**
   * With the guest paused: sends the rest, and waits until the target has applied everything and
   * answered with the digest of its own memory.
   *
   * @throws TransferException also when the digests differ
   */
  FinalReport sendFinal(Duration deadline) throws TransferException;

  /** A duplex stream for device state; usable any time, ordered after nothing. */
  OpaqueChannel opaque();

  void limitBandwidth(DataRate limit);

  /** Payload bytes handed to the wire so far, resends included. */
  long sentBytes();

  /** Ends the transfer at once on both sides; a blocked call fails with this reason. */
  void abort(String reason);

  @Override
  void close();

  /**
   * One pass.
   *
   * @param remainingPages dirty when the pass ended; with {@link
   *     PageSource.DirtyTracking.ContentScan} an estimate: after round 0 from a sample, later from
   *     the pages found changed
   * @param dirtyPagesPerSecond over the pass
   * @param bandwidth of the last round that sent enough to tell, else of this one
   */
  record RoundReport(
      int round,
      long sentPages,
      long zeroPages,
      long sentBytes,
      long remainingPages,
      double dirtyPagesPerSecond,
      DataRate bandwidth,
      Duration duration) {}

  /**
   * The rest.
   *
   * @param digest 32 hex digits over all of RAM, equal on both sides
   */
  record FinalReport(String digest, long finalPages, long finalBytes, Duration duration) {}
}
