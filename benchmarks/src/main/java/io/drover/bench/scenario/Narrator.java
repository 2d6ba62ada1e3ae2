package io.drover.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Tells a person what happens, and what a migration came to. */
final class Narrator {
  private static final double MIB = 1 << 20;

  private final PrintStream out;
  private final long startNs = System.nanoTime();

  Narrator(PrintStream out) {
    this.out = out;
  }

  double elapsedSeconds() {
    return Duration.ofNanos(System.nanoTime() - startNs).toMillis() / 1000.0;
  }

  void heading(String text) {
    out.printf("%n%s%n", text);
  }

  @FormatMethod
  void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, "  [%5.1f s] %s%n", elapsedSeconds(), format.formatted(arguments));
  }

  @FormatMethod
  void line(String format, Object... arguments) {
    out.printf(Locale.ROOT, "            " + format + "%n", arguments);
  }

  /** Phases with their times, rounds, blackouts, bytes, digest. */
  void migration(JsonNode migration) {
    phases(migration);
    rounds(migration.path("rounds"));
    JsonNode figures = migration.path("figures");
    JsonNode downtimes = figures.path("downtimes");
    line(
        "blackout  predicted %s, source paused → target resumed %s, hypervisor %s, as the guest saw it %s",
        millis(figures.path("predictedBlackoutUs")),
        millis(downtimes.path("vcpuUs")),
        millis(downtimes.path("hypervisorUs")),
        millis(downtimes.path("guestUs")));
    line(
        "of which  pause %s, final pages %s, device state %s, commit %s",
        millis(figures.path("pauseUs")),
        millis(figures.path("finalCopyUs")),
        millis(figures.path("deviceStateUs")),
        millis(figures.path("commitUs")));
    line(
        "sent      %.1f MiB of pages, %.1f KiB of device state; total %s",
        figures.path("totalBytes").asDouble() / MIB,
        figures.path("deviceStateBytes").asDouble() / 1024,
        millis(figures.path("totalUs")));
    line(
        "memory    %s%s",
        figures.path("digestsEqual").asBoolean() ? "verified: digest " : "NOT VERIFIED ",
        figures.path("targetDigest").asText("-"));
  }

  private void phases(JsonNode migration) {
    StringBuilder text = new StringBuilder();
    Instant first = null;
    for (JsonNode entry : migration.path("history")) {
      Instant at = Instant.parse(entry.path("at").asText());
      first = first == null ? at : first;
      String name = entry.path("phase").asText().toLowerCase(Locale.ROOT).replace('_', '-');
      text.append(text.isEmpty() ? "" : " → ").append(name);
      text.append(" +").append(Duration.between(first, at).toMillis());
    }
    line("phases    %s (ms)", text);
  }

  private void rounds(JsonNode rounds) {
    for (JsonNode round : rounds) {
      line(
          "round %2d  %,9d pages sent (%,d zero), %,7d dirty after, %,8.0f dirtied/s, %7.1f MiB/s, %s",
          round.path("round").asInt(),
          round.path("sentPages").asLong(),
          round.path("zeroPages").asLong(),
          round.path("remainingPages").asLong(),
          round.path("dirtyPagesPerSecond").asDouble(),
          round.path("bandwidthBytesPerSecond").asDouble() / MIB,
          millis(round.path("durationUs")));
    }
    if (rounds.isEmpty()) {
      line("no rounds were reported");
    }
  }

  private static String millis(JsonNode micros) {
    return micros.isNumber()
        ? String.format(Locale.ROOT, "%.1f ms", micros.asDouble() / 1000)
        : "-";
  }
}
