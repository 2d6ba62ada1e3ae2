package io.drover.transfer.lane;

import io.drover.config.units.DataRate;
import org.agrona.concurrent.NanoClock;

/**
 * Keeps to a rate: a batch may go as soon as the debt of those before is paid. At most {@link
 * #BURST_NS} of the rate are saved up. The rate may be set from any thread, all else by one.
 */
final class TokenBucket {
  /** How much silence may be made up for at once. */
  static final long BURST_NS = 20_000_000;

  private static final double NANOS = 1e9;

  private final NanoClock clock;
  private volatile long bytesPerSecond;
  private double tokens;
  private long lastNs;

  TokenBucket(NanoClock clock, DataRate limit) {
    this.clock = clock;
    this.bytesPerSecond = limit.bytesPerSecond();
    this.lastNs = clock.nanoTime();
  }

  void limit(DataRate limit) {
    bytesPerSecond = limit.bytesPerSecond();
  }

  /** Whether a batch may go now. */
  boolean isOpen() {
    long rate = bytesPerSecond;
    if (rate == 0) {
      tokens = 0;
      return true;
    }
    long nowNs = clock.nanoTime();
    double earned = (nowNs - lastNs) / NANOS * rate;
    lastNs = nowNs;
    tokens = Math.min(tokens + earned, BURST_NS / NANOS * rate);
    return tokens >= 0;
  }

  void spend(long bytes) {
    tokens -= bytes;
  }
}
