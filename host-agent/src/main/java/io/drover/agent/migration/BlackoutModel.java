package io.drover.agent.migration;

import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Predicts how long a guest would stand still if it were stopped now: the time for what is dirty
 * plus a fixed part (pausing, the last scan, device state, the decision, resuming), learned per
 * hypervisor from the migrations of this host. Safe on any thread.
 */
public final class BlackoutModel {
  /** Before the first migration: pausing and loading device state of a small guest. */
  static final Duration INITIAL_FIXED_PART = Duration.ofMillis(30);

  /**
   * What the source cannot see of the blackout: one journal write of the control plane, one fsync
   * and the resume at the target.
   */
  static final Duration DECISION_ALLOWANCE = Duration.ofMillis(20);

  /** Weight of the newest migration. */
  private static final double ALPHA = 0.4;

  private final Map<String, Duration> fixedParts = new ConcurrentHashMap<>();

  Duration predict(String hypervisor, ByteSize remaining, DataRate bandwidth) {
    return fixedPart(hypervisor).plus(bandwidth.timeFor(remaining));
  }

  /**
   * Learns from a source that stopped.
   *
   * @param stopped from the pause to the end of the device state
   */
  void learn(String hypervisor, Duration stopped, ByteSize finalBytes, DataRate bandwidth) {
    Duration fixed = stopped.minus(bandwidth.timeFor(finalBytes));
    long sample = Math.max(0, fixed.toNanos()) + DECISION_ALLOWANCE.toNanos();
    fixedParts.merge(
        hypervisor,
        Duration.ofNanos(sample),
        (old, _) -> Duration.ofNanos((long) (ALPHA * sample + (1 - ALPHA) * old.toNanos())));
  }

  Duration fixedPart(String hypervisor) {
    return fixedParts.getOrDefault(hypervisor, INITIAL_FIXED_PART.plus(DECISION_ALLOWANCE));
  }
}
