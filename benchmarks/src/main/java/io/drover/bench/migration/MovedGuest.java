package io.drover.bench.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One migration of one Linux guest that was never moved before.
 *
 * @param totalMs from the request, the target's process not yet started, until the target runs and
 *     the source's memory is free
 * @param vcpuMs source paused → target resumed
 * @param hypervisorMs QEMU's own figure
 * @param before what the guest said last before it
 * @param after what it said when it had noticed; empty when it died
 */
record MovedGuest(
    double totalMs,
    double vcpuMs,
    double hypervisorMs,
    GuestReport before,
    Optional<GuestReport> after) {
  /** The guest does not tell shorter pauses from a late look. */
  private static final double SHORTEST_PAUSE_MS = 3;

  /**
   * How long the guest itself says it stood still. Empty when it died, and when it had noticed a
   * pause before: it tells only the longest.
   */
  OptionalDouble guestBlackoutMs() {
    if (after.isEmpty() || before.pauses() > 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Math.max(SHORTEST_PAUSE_MS, after.get().pauseUs() / 1000.0));
  }

  /** Whether it goes on and has found nothing wrong with itself. */
  boolean isSound() {
    return after.isPresent() && after.get().faults() == 0;
  }

  void describe(ObjectNode node) {
    node.put("totalMs", totalMs).put("vcpuMs", vcpuMs).put("hypervisorMs", hypervisorMs);
    guestBlackoutMs().ifPresent(blackout -> node.put("guestBlackoutMs", blackout));
    node.put("pausesBefore", before.pauses()).put("alive", after.isPresent());
    after.ifPresent(said -> node.put("pauses", said.pauses()).put("faults", said.faults()));
  }
}
