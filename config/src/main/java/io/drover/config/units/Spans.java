package io.drover.config.units;

import java.time.Duration;
import java.util.Locale;

/** Durations as people write them: {@code 133 ms}, {@code 3.5 s}, {@code 15 min}. */
public final class Spans {
  private static final Duration MINUTES_FROM = Duration.ofMinutes(2);
  private static final Duration HOURS_FROM = Duration.ofHours(2);
  private static final double MILLIS_PER_SECOND = 1_000;

  private Spans() {}

  /** Rounded to what matters at that size; for reasons and logs, not for programs. */
  public static String text(Duration span) {
    if (span.isNegative()) {
      return "-" + text(span.negated());
    }
    if (span.compareTo(HOURS_FROM) >= 0) {
      return span.toHours() + " h" + rest(span.toMinutesPart(), "min");
    }
    if (span.compareTo(MINUTES_FROM) >= 0) {
      return span.toMinutes() + " min" + rest(span.toSecondsPart(), "s");
    }
    if (span.toSeconds() > 0) {
      String seconds = String.format(Locale.ROOT, "%.1f", span.toMillis() / MILLIS_PER_SECOND);
      return (seconds.endsWith(".0") ? seconds.substring(0, seconds.length() - 2) : seconds) + " s";
    }
    return span.toMillis() > 0 || span.isZero()
        ? span.toMillis() + " ms"
        : span.toNanos() / 1_000 + " µs";
  }

  private static String rest(int part, String unit) {
    return part == 0 ? "" : " " + part + " " + unit;
  }
}
