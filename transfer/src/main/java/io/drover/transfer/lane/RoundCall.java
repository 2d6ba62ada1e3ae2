package io.drover.transfer.lane;

import io.drover.config.units.DataRate;
import io.drover.transfer.OutboundTransfer.FinalReport;
import io.drover.transfer.OutboundTransfer.RoundReport;
import io.drover.transfer.TransferException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One round that a caller waits for. Made by the caller, begun and completed by the transfer's
 * thread.
 *
 * @param <R> what the caller is told of it
 */
abstract sealed class RoundCall<R> {
  final CompletableFuture<R> report = new CompletableFuture<>();
  private final long askedNs = System.nanoTime();
  private final boolean last;
  private boolean begun;
  private long bytesBefore;
  private int round;

  private RoundCall(boolean last) {
    this.last = last;
  }

  boolean isBegun() {
    return begun;
  }

  void begin(PageSender sender) {
    begun = true;
    bytesBefore = sender.sentBytes();
    round = sender.round();
    sender.begin(last);
  }

  void complete(PageSender sender) {
    long bytes = sender.sentBytes() - bytesBefore;
    report.complete(reportOf(sender, bytes, System.nanoTime() - askedNs));
  }

  void fail(TransferException cause) {
    report.completeExceptionally(cause);
  }

  int round() {
    return round;
  }

  abstract R reportOf(PageSender sender, long bytes, long durationNs);

  /** A round while the guest runs. */
  static final class Running extends RoundCall<RoundReport> {
    private final Bandwidth bandwidth;

    Running(Bandwidth bandwidth) {
      super(false);
      this.bandwidth = bandwidth;
    }

    @Override
    RoundReport reportOf(PageSender sender, long bytes, long durationNs) {
      return new RoundReport(
          round(),
          sender.sentPages(),
          sender.zeroPages(),
          bytes,
          sender.cursor().remainingPages(),
          sender.cursor().dirtyPagesPerSecond(),
          bandwidth.sample(bytes, durationNs),
          Duration.ofNanos(durationNs));
    }
  }

  /** The rest, with the guest paused. */
  static final class Final extends RoundCall<FinalReport> {
    Final() {
      super(true);
    }

    @Override
    FinalReport reportOf(PageSender sender, long bytes, long durationNs) {
      return new FinalReport(
          sender.digest(),
          sender.sentPages() + sender.zeroPages(),
          bytes,
          Duration.ofNanos(durationNs));
    }
  }

  /**
   * What the link carries. A round of a few pages says more about waiting than about the link, so
   * that only rounds of {@link #SAMPLE_MIN_BYTES} count as soon as there was one.
   */
  static final class Bandwidth {
    private static final long SAMPLE_MIN_BYTES = 4L << 20;
    private static final double NANOS = 1e9;

    private DataRate known = DataRate.UNLIMITED;
    private boolean sampled;

    private DataRate sample(long bytes, long durationNs) {
      boolean large = bytes >= SAMPLE_MIN_BYTES;
      if (large || !sampled) {
        known = new DataRate((long) (bytes * NANOS / Math.max(1, durationNs)));
        sampled |= large;
      }
      return known;
    }
  }
}
