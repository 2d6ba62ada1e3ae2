package io.drover.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Amounts as people read them. */
public final class Units {
  /** What is not known. */
  public static final String UNKNOWN = "-";

  private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final int STEP = 1024;

  private Units() {}

  /** {@code 512MiB}, {@code 1.5GiB}. */
  public static String size(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= STEP && unit < SIZES.length - 1) {
      amount /= STEP;
      unit++;
    }
    return number(amount) + SIZES[unit];
  }

  /** {@code 900MiB/s}. */
  public static String rate(long bytesPerSecond) {
    return bytesPerSecond == 0 ? UNKNOWN : size(bytesPerSecond) + "/s";
  }

  /** {@code 850us}, {@code 5.2ms}, {@code 1.3s}, {@code 2m10s}. */
  public static String micros(long micros) {
    if (micros < 1_000) {
      return micros + "us";
    }
    if (micros < 1_000_000) {
      return number(micros / 1e3) + "ms";
    }
    return micros < 60_000_000
        ? number(micros / 1e6) + "s"
        : age(Duration.ofSeconds(micros / 1_000_000));
  }

  /** A figure in microseconds, or {@link #UNKNOWN}. */
  public static String micros(JsonNode figure) {
    return figure.isNumber() ? micros(figure.asLong()) : UNKNOWN;
  }

  /** A figure in bytes, or {@link #UNKNOWN}. */
  public static String size(JsonNode figure) {
    return figure.isNumber() ? size(figure.asLong()) : UNKNOWN;
  }

  /** {@code 1 round}, {@code 2 rounds}. */
  public static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** {@code 0.1} for 100 thousandths of a core. */
  public static String cores(JsonNode cpuMillis) {
    return number(cpuMillis.asDouble() / 1e3);
  }

  /** How long ago: {@code 42s}, {@code 3m10s}, {@code 2h5m}, {@code 8d3h}. */
  public static String age(JsonNode instant, Instant now) {
    if (!instant.isTextual()) {
      return UNKNOWN;
    }
    Duration age = Duration.between(Instant.parse(instant.asText()), now);
    return age(age.isNegative() ? Duration.ZERO : age);
  }

  private static String age(Duration age) {
    if (age.toDays() > 0) {
      return pair(age.toDays(), "d", age.toHoursPart(), "h");
    }
    if (age.toHours() > 0) {
      return pair(age.toHours(), "h", age.toMinutesPart(), "m");
    }
    return age.toMinutes() > 0
        ? pair(age.toMinutes(), "m", age.toSecondsPart(), "s")
        : age.toSeconds() + "s";
  }

  private static String pair(long big, String bigUnit, int small, String smallUnit) {
    return big + bigUnit + (small == 0 ? "" : small + smallUnit);
  }

  /** At most one decimal below 100, two below 10, none that is zero. */
  private static String number(double value) {
    String text =
        String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }

  /** A text, or {@link #UNKNOWN} when it is empty or missing. */
  public static String text(JsonNode text) {
    String value = text.asText();
    return value.isEmpty() ? UNKNOWN : value;
  }
}
