package io.drover.agent.migration;

import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Predicts how long a guest would stand still if it were stopped now: the time for what is dirty
 * plus a fixed part (pausing, the last scan, device state, the decision, resuming), which is the
 * median of what the last migrations of such guests from this host took. Safe on any thread.
 *
 * <p>Old samples are forgotten: a migration that is not begun because its prediction is too long
 * teaches nothing, and a busy minute would refuse migrations for ever.
 */
public final class BlackoutModel {
  /** Before the first migration: pausing and loading device state of a small guest. */
  static final Duration INITIAL_FIXED_PART = Duration.ofMillis(30);

  /**
   * What the source cannot see of the blackout: one journal write of the control plane, one fsync
   * and the resume at the target.
   */
  static final Duration DECISION_ALLOWANCE = Duration.ofMillis(20);

  /** Samples the median is taken of. */
  static final int SAMPLE_LIMIT = 5;

  /**
   * With fewer samples the initial guess is among them, so that one slow migration proves little.
   */
  static final int SAMPLE_MIN = 3;

  static final Duration SAMPLE_LIFE = Duration.ofMinutes(5);

  private final InstantSource clock;
  private final Map<GuestClass, Deque<Sample>> samples = new ConcurrentHashMap<>();

  /**
   * Guests that take about as long: reading all memory once more is most of it where a hypervisor
   * does not say which pages are dirty.
   *
   * @param magnitude of the memory: its size in bytes rounded up to the next power of two
   */
  record GuestClass(String hypervisor, long magnitude) {
    static GuestClass of(String hypervisor, ByteSize memory) {
      long bytes = Math.max(1, memory.bytes());
      return new GuestClass(hypervisor, Long.highestOneBit(2 * bytes - 1));
    }
  }

  private record Sample(Instant at, Duration fixedPart) {}

  public BlackoutModel(InstantSource clock) {
    this.clock = clock;
  }

  Duration predict(GuestClass guest, ByteSize remaining, DataRate bandwidth) {
    return fixedPart(guest).plus(bandwidth.timeFor(remaining));
  }

  /**
   * Learns from a source that stopped.
   *
   * @param stopped from the pause to the end of the device state
   */
  void learn(GuestClass guest, Duration stopped, ByteSize finalBytes, DataRate bandwidth) {
    Duration seen = stopped.minus(bandwidth.timeFor(finalBytes));
    Duration fixed = (seen.isNegative() ? Duration.ZERO : seen).plus(DECISION_ALLOWANCE);
    Sample sample = new Sample(clock.instant(), fixed);
    samples.compute(
        guest,
        (_, known) -> {
          Deque<Sample> kept = known == null ? new ArrayDeque<>() : new ArrayDeque<>(known);
          kept.addLast(sample);
          if (kept.size() > SAMPLE_LIMIT) {
            kept.removeFirst();
          }
          return kept;
        });
  }

  Duration fixedPart(GuestClass guest) {
    Instant oldest = clock.instant().minus(SAMPLE_LIFE);
    List<Duration> recent = new ArrayList<>();
    for (Sample sample : samples.getOrDefault(guest, new ArrayDeque<>())) {
      if (sample.at.isAfter(oldest)) {
        recent.add(sample.fixedPart);
      }
    }
    while (recent.size() < SAMPLE_MIN) {
      recent.add(INITIAL_FIXED_PART.plus(DECISION_ALLOWANCE));
    }
    Collections.sort(recent);
    return recent.get((recent.size() - 1) / 2);
  }
}
