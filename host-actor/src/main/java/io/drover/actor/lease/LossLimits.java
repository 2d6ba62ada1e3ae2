package io.drover.actor.lease;

import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.LeaseSettings;
import java.time.Duration;

/**
 * What a loss is decided by.
 *
 * @param heardWithin a host that a majority heard in this time is alive
 * @param revokeLead before the end of the lease
 * @param unleasedSilence before a host without a lease is fenced by command
 * @param lookInterval between two questions to the same witness
 * @param powerRetry after which a failed fence command is run again
 * @param powerRuns at most
 */
public record LossLimits(
    Duration heardWithin,
    Duration revokeLead,
    Duration unleasedSilence,
    Duration lookInterval,
    Duration powerRetry,
    int powerRuns) {
  /** How much faster one of two clocks may run. */
  private static final int DRIFT_PER_MILLE = 1;

  /** For the guard to kill, and for everything that is rounded. */
  private static final Duration MARGIN = Duration.ofMillis(500);

  public static LossLimits of(LeaseSettings lease, FencingSettings fencing, Duration lookInterval) {
    return new LossLimits(
        lease.heardWithin(),
        lease.revokeLead(),
        lease.unleasedSilence(),
        lookInterval,
        fencing.retry(),
        fencing.retryLimit() + 1);
  }

  /** From the sending of the last extension until it has run out for certain. */
  public Duration expiry(Duration ttl) {
    return ttl.plus(drift(ttl)).plus(MARGIN);
  }

  /** An age by another clock, as it is at least by ours. */
  Duration age(Duration measured) {
    return measured.minus(drift(measured));
  }

  private static Duration drift(Duration span) {
    return span.multipliedBy(DRIFT_PER_MILLE).dividedBy(1000);
  }
}
