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
 */
sealed interface RoundCall {
  boolean isBegun();

  void begin(PageSender sender);

  void complete(PageSender sender);

  void fail(TransferException cause);

  /** A round while the guest runs. */
  final class Running implements RoundCall {
    final CompletableFuture<RoundReport> report = new CompletableFuture<>();
    private final Clock clock = new Clock();
    private final Bandwidth bandwidth;

    Running(Bandwidth bandwidth) {
      this.bandwidth = bandwidth;
    }

    @Override
    public boolean isBegun() {
      return clock.begun;
    }

    @Override
    public void begin(PageSender sender) {
      clock.begin(sender);
      sender.begin(false);
    }

    @Override
    public void complete(PageSender sender) {
      long durationNs = clock.sinceNs();
      long bytes = sender.sentBytes() - clock.bytesBefore;
      report.complete(
          new RoundReport(
              clock.round,
              sender.sentPages(),
              sender.zeroPages(),
              bytes,
              sender.cursor().remainingPages(),
              sender.cursor().dirtyPagesPerSecond(),
              bandwidth.sample(bytes, durationNs),
              Duration.ofNanos(durationNs)));
    }

    @Override
    public void fail(TransferException cause) {
      report.completeExceptionally(cause);
    }
  }

  /** The rest, with the guest paused. */
  final class Final implements RoundCall {
    final CompletableFuture<FinalReport> report = new CompletableFuture<>();
    private final Clock clock = new Clock();

    @Override
    public boolean isBegun() {
      return clock.begun;
    }

    @Override
    public void begin(PageSender sender) {
      clock.begin(sender);
      sender.begin(true);
    }

    @Override
    public void complete(PageSender sender) {
      report.complete(
          new FinalReport(
              sender.digest(),
              sender.sentPages() + sender.zeroPages(),
              sender.sentBytes() - clock.bytesBefore,
              Duration.ofNanos(clock.sinceNs())));
    }

    @Override
    public void fail(TransferException cause) {
      report.completeExceptionally(cause);
    }
  }

  /** When a round was asked for, and what had been sent until then. */
  final class Clock {
    private final long askedNs = System.nanoTime();
    private boolean begun;
    private long bytesBefore;
    private int round;

    private void begin(PageSender sender) {
      begun = true;
      bytesBefore = sender.sentBytes();
      round = sender.round();
    }

    private long sinceNs() {
      return System.nanoTime() - askedNs;
    }
  }

  /**
   * What the link carries. A round of a few pages says more about waiting than about the link, so
   * that only rounds of {@link #SAMPLE_MIN_BYTES} count as soon as there was one.
   */
  final class Bandwidth {
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
