package io.drover.agent.embedded;

import io.drover.config.units.ByteSize;
import java.time.Duration;

/**
 * What the embedded guests of one agent may take.
 *
 * @param totalMemory of all guests together, incoming ones included. It lies outside the Java heap
 * @param sliceBudget how long a guest is asked to run at a time; also the usual wait for a pause
 * @param sliceCpuLimit CPU time after which a guest that has not returned is ended. CPU time, not
 *     wall time: a guest must not die because its agent was stopped or the machine is busy
 */
public record EmbeddedLimits(ByteSize totalMemory, Duration sliceBudget, Duration sliceCpuLimit) {
  private static final Duration SLICE_BUDGET = Duration.ofNanos(500_000);
  private static final Duration SLICE_CPU_LIMIT = Duration.ofSeconds(1);

  public EmbeddedLimits {
    if (sliceBudget.isNegative() || sliceBudget.isZero()) {
      throw new IllegalArgumentException("sliceBudget must be above zero: " + sliceBudget);
    }
    if (sliceCpuLimit.compareTo(sliceBudget) <= 0) {
      throw new IllegalArgumentException(
          "sliceCpuLimit must be above sliceBudget " + sliceBudget + ": " + sliceCpuLimit);
    }
  }

  /** Slices of 0.5 ms, ended after 1 s of CPU time. */
  public static EmbeddedLimits of(ByteSize totalMemory) {
    return new EmbeddedLimits(totalMemory, SLICE_BUDGET, SLICE_CPU_LIMIT);
  }
}
