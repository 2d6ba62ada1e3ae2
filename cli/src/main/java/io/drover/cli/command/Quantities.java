package io.drover.cli.command;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Amounts with units, as options take them. */
final class Quantities {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*(?:/s)?)");
  private static final Map<String, Long> SIZES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Map<String, Long> TIMES = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L);

  private Quantities() {}

  record Size(long bytes) {}

  record Rate(long bytesPerSecond) {}

  record Time(long millis) {}

  record Cpu(long millis) {}

  /** Parses {@code 64MiB}. */
  static Size size(String text) {
    return new Size(amount(text, SIZES, "a size such as 64MiB (B, KiB, MiB, GiB, TiB)"));
  }

  /** Parses {@code 100MiB/s}. */
  static Rate rate(String text) {
    String expected = "a rate such as 100MiB/s";
    if (!text.endsWith("/s")) {
      throw wrong(text, expected);
    }
    return new Rate(amount(text.substring(0, text.length() - 2), SIZES, expected));
  }

  /** Parses {@code 300ms}. */
  static Time time(String text) {
    return new Time(amount(text, TIMES, "a time such as 300ms (ms, s, m)"));
  }

  /** Parses {@code 0.5}, in cores. */
  static Cpu cpu(String text) {
    return new Cpu(
        amount(text, Map.of("", 1_000L), "a number of cores such as 0.5 (in steps of 0.001)"));
  }

  private static long amount(String text, Map<String, Long> units, String expected) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || !units.containsKey(matcher.group(2))) {
      throw wrong(text, expected);
    }
    BigDecimal unit = BigDecimal.valueOf(units.getOrDefault(matcher.group(2), 0L));
    try {
      return new BigDecimal(matcher.group(1)).multiply(unit).longValueExact();
    } catch (ArithmeticException e) {
      throw wrong(text, expected + ": it is no whole number of the smallest unit");
    }
  }

  private static TypeConversionException wrong(String text, String expected) {
    return new TypeConversionException("\"" + text + "\" is not " + expected);
  }
}
