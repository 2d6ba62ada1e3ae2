package io.drover.bench.migration;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What the Linux guest says about itself.
 *
 * @param uptimeS by its own clock, which stands still while it is paused
 * @param pauses it noticed
 * @param pauseUs the longest of them
 * @param checked pages it has read again
 * @param faults beats lost, repeated or corrupted, and pages found stale or wrong
 */
record GuestReport(double uptimeS, long pauses, long pauseUs, long checked, long faults) {
  /** Each page of the working set was read twice: what follows a boot is over. */
  private static final long CHECKED_WHEN_SETTLED = 8192;

  /**
   * The guest measures a pause against its battery-backed clock, which shows seconds; a pause over
   * the change of one is seen in two parts, the second after at most two seconds.
   */
  private static final double NOTICED_AFTER_S = 2.2;

  private static final Duration BOOT_LIMIT = Duration.ofSeconds(90);
  private static final Duration NOTICE_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  /** From the pairs it printed; empty until it has printed all that is needed. */
  static Optional<GuestReport> of(Map<String, String> said) {
    if (!said.containsKey("uptime_s") || !said.containsKey("wrong")) {
      return Optional.empty();
    }
    long faults = 0;
    for (String key : new String[] {"lost", "repeated", "corrupted", "stale", "wrong"}) {
      faults += number(said, key);
    }
    return Optional.of(
        new GuestReport(
            Double.parseDouble(said.getOrDefault("uptime_s", "")),
            number(said, "pauses"),
            number(said, "pause_us"),
            number(said, "checked"),
            faults));
  }

  /** A key that the guest did not print is an error, not a zero. */
  private static long number(Map<String, String> said, String key) {
    String text = said.get(key);
    if (text == null) {
      throw new IllegalArgumentException("the guest's report has no " + key + ": " + said);
    }
    return Long.parseLong(text);
  }

  /** Waits until a guest has booted and works steadily. */
  static GuestReport awaitSettled(Supplier<Optional<GuestReport>> guest) {
    return await(guest, BOOT_LIMIT, said -> said.checked >= CHECKED_WHEN_SETTLED)
        .orElseThrow(() ->
            new IllegalStateException(
                "the guest does not work %d s after its boot: %s"
                    .formatted(BOOT_LIMIT.toSeconds(), guest.get())));
  }

  /**
   * Waits until a guest that was just resumed has had the time to notice how long it stood still.
   *
   * @return empty when it does not go on: it is dead
   */
  static Optional<GuestReport> awaitNoticed(Supplier<Optional<GuestReport>> guest) {
    double[] firstUptimeS = {Double.NaN};
    return await(
        guest,
        NOTICE_LIMIT,
        said -> {
          firstUptimeS[0] = Double.isNaN(firstUptimeS[0]) ? said.uptimeS : firstUptimeS[0];
          return said.uptimeS >= firstUptimeS[0] + NOTICED_AFTER_S;
        });
  }

  private static Optional<GuestReport> await(
      Supplier<Optional<GuestReport>> guest, Duration limit, Predicate<GuestReport> condition) {
    try {
      return Awaitility.await("the guest's report")
          .atMost(limit)
          .pollDelay(Duration.ZERO)
          .pollInterval(POLL)
          .until(guest::get, said -> said.filter(condition).isPresent());
    } catch (ConditionTimeoutException e) {
      return Optional.empty();
    }
  }
}
