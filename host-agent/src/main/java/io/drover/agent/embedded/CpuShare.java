package io.drover.agent.embedded;

/**
 * A guest's CPU limit as a duty cycle: CPU time is credited at the guest's share of one core, up to
 * one period's worth, and charged after each slice. Used by the guest's thread only.
 */
final class CpuShare {
  /** Short enough that a 1 ms heartbeat survives a small share, long enough to be cheap. */
  static final long PERIOD_NS = 20_000_000;

  private static final int WHOLE_CORE_MILLIS = 1000;

  private final int cpuMillis;
  private final long burstNs;
  private long creditNs;
  private long refilledAtNs;
  private long chargedNs;

  /**
   * @param cpuMillis thousandths of a core; a guest has one vCPU, so more than 1000 means 1000
   */
  CpuShare(int cpuMillis, long nowNs) {
    this.cpuMillis = Math.min(cpuMillis, WHOLE_CORE_MILLIS);
    this.burstNs = PERIOD_NS / WHOLE_CORE_MILLIS * this.cpuMillis;
    this.creditNs = burstNs;
    this.refilledAtNs = nowNs;
  }

  /**
   * Accounts for a slice.
   *
   * @param usedNs CPU time it took
   * @return how long the guest must wait before its next slice; zero when it may go on
   */
  long charge(long usedNs, long nowNs) {
    chargedNs += usedNs;
    if (cpuMillis == WHOLE_CORE_MILLIS) {
      return 0; // one thread cannot use more than one core
    }
    long earnedNs = (nowNs - refilledAtNs) / WHOLE_CORE_MILLIS * cpuMillis;
    creditNs = Math.min(creditNs + earnedNs, burstNs) - usedNs;
    refilledAtNs = nowNs;
    return creditNs > 0 ? 0 : (-creditNs / cpuMillis + 1) * WHOLE_CORE_MILLIS;
  }

  /** CPU time used since the guest was made. */
  long chargedNs() {
    return chargedNs;
  }
}
