package io.drover.agent.supervision;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestConsole;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.GuestVerified;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Waits until a guest's heartbeat advanced since it was let run here.
 *
 * @param before the guest's report when it was let run
 * @param resumedAt when that was
 */
record GuestVerification(Guest guest, Map<String, String> before, Instant resumedAt) {
  /** A guest that never reported anything has no heartbeat to wait for; it must live this long. */
  static final Duration SILENT_GUEST_WAIT = Duration.ofMillis(500);

  /** How often the guest is looked at when it prints nothing. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

  private static final String GAP_KEY = "gap_us";

  /**
   * Blocks.
   *
   * @param status of the guest, for the answer
   */
  OrderResult await(Duration deadline, GuestStatus status) {
    try {
      return awaitHeartbeat(deadline, status);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OrderResults.failed(Code.INTERNAL, "the agent is being stopped");
    }
  }

  private OrderResult awaitHeartbeat(Duration deadline, GuestStatus status)
      throws InterruptedException {
    GuestConsole console = guest.console();
    long startNs = System.nanoTime();
    while (true) {
      Duration waited = Duration.ofNanos(System.nanoTime() - startNs);
      if (guest.state() != Guest.State.RUNNING) {
        return OrderResults.failed(
            Code.INVALID_STATE, "the guest is " + guest.state() + " " + guest.endReason());
      }
      Map<String, String> report = console.report();
      boolean silent = before.isEmpty() && report.isEmpty();
      if (silent ? waited.compareTo(SILENT_GUEST_WAIT) >= 0 : !report.equals(before)) {
        return verified(status, report);
      }
      if (waited.compareTo(deadline) >= 0) {
        return OrderResults.failed(
            Code.DEADLINE_EXCEEDED, "no heartbeat within " + deadline.toMillis() + " ms");
      }
      synchronized (console) {
        if (console.report().equals(report)) {
          TimeUnit.NANOSECONDS.timedWait(console, LOOK_INTERVAL.toNanos());
        }
      }
    }
  }

  private OrderResult verified(GuestStatus status, Map<String, String> report) {
    return OrderResult.newBuilder()
        .setGuestVerified(
            GuestVerified.newBuilder()
                .setResumedAtUs(ChronoUnit.MICROS.between(Instant.EPOCH, resumedAt))
                .setGuestGapUs(gap(report))
                .setGuest(status.toBuilder().clearReport().putAllReport(report)))
        .build();
  }

  private static long gap(Map<String, String> report) {
    String text = report.getOrDefault(GAP_KEY, "");
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }
}
