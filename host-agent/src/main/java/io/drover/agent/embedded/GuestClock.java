package io.drover.agent.embedded;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Nanoseconds since the guest was first booted, pauses and blackouts included. Never goes back. On
 * one host it follows the monotonic clock; only the step from host to host is measured by their
 * wall clocks. Safe on any thread.
 */
final class GuestClock {
  private final LongSupplier monotonicNs;
  private final InstantSource wall;
  private volatile long zeroNs;

  GuestClock(LongSupplier monotonicNs, InstantSource wall) {
    this.monotonicNs = monotonicNs;
    this.wall = wall;
    this.zeroNs = monotonicNs.getAsLong();
  }

  long nowNs() {
    return monotonicNs.getAsLong() - zeroNs;
  }

  Reading read() {
    return new Reading(nowNs(), wallMicros());
  }

  /** Goes on from another host's reading; a wall clock behind that host's counts as no time. */
  void continueFrom(Reading reading) {
    long blackoutMicros = Math.max(0, wallMicros() - reading.wallMicros);
    zeroNs = monotonicNs.getAsLong() - (reading.guestNs + blackoutMicros * 1000);
  }

  private long wallMicros() {
    var now = wall.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  /** Both clocks at one moment. */
  record Reading(long guestNs, long wallMicros) {}
}
