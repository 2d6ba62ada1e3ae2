package io.drover.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** One migration for people: while it runs a line, at its end all of its figures. */
public final class MigrationReport {
  private static final int BAR_WIDTH = 24;
  private static final int PAGE_BYTES = 4096;
  private static final int DIGEST_LENGTH = 16;

  private MigrationReport() {}

  /**
   * One line of progress.
   *
   * @param memoryBytes of the VM: what round 0 has to send
   */
  public static String progress(JsonNode migration, long memoryBytes) {
    JsonNode rounds = migration.path("rounds");
    String phase = phase(migration.path("phase").asText());
    if (rounds.isEmpty() || memoryBytes == 0) {
      return "%-15s %s".formatted(phase, bar(isBefore(migration) ? 0 : 1));
    }
    JsonNode round = rounds.get(rounds.size() - 1);
    long remainingBytes = round.path("remainingPages").asLong() * PAGE_BYTES;
    double done = 1 - Math.min(1, (double) remainingBytes / memoryBytes);
    return "%-15s %s round %d, %s left, %s, blackout %s of %s"
        .formatted(
            phase,
            bar(done),
            round.path("round").asInt(),
            Units.size(remainingBytes),
            Units.rate(round.path("bandwidthBytesPerSecond").asLong()),
            Units.micros(round.path("predictedBlackoutUs")),
            Units.micros(migration.path("downtimeLimitMs").asLong() * 1_000));
  }

  private static boolean isBefore(JsonNode migration) {
    return switch (migration.path("phase").asText()) {
      case "REQUESTED", "QUEUED", "TARGET_RESERVED", "TARGET_PREPARED", "PRE_COPY" -> true;
      default -> false;
    };
  }

  private static String bar(double done) {
    int filled = (int) Math.round(done * BAR_WIDTH);
    return "[%s%s] %3d%%"
        .formatted(
            "#".repeat(filled), ".".repeat(BAR_WIDTH - filled), (int) Math.floor(done * 100));
  }

  /** {@code stop-and-copy}. */
  public static String phase(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Everything that is known of it. */
  public static String full(JsonNode migration) {
    JsonNode figures = migration.path("figures");
    StringBuilder text = new StringBuilder();
    text.append(
        "%s  %s\n"
            .formatted(migration.path("id").asText(), phase(migration.path("phase").asText())));
    line(text, "vm", migration.path("vm").asText());
    line(text, "source", migration.path("source").asText());
    line(text, "target", Units.text(migration.path("target")));
    migrationWait(text, migration.path("waiting"));
    line(
        text,
        "total",
        "%s, %s in %s"
            .formatted(
                Units.micros(figures.path("totalUs")),
                Units.size(figures.path("totalBytes")),
                Units.count(migration.path("rounds").size(), "round")));
    line(text, "blackout", blackout(migration, figures));
    line(
        text,
        "  of which",
        "pause %s, final copy %s, device state %s, commit %s"
            .formatted(
                Units.micros(figures.path("pauseUs")),
                Units.micros(figures.path("finalCopyUs")),
                Units.micros(figures.path("deviceStateUs")),
                Units.micros(figures.path("commitUs"))));
    line(text, "digest", digest(figures));
    return text.append('\n')
        .append(rounds(migration))
        .append('\n')
        .append(history(migration))
        .toString();
  }

  private static void migrationWait(StringBuilder text, JsonNode waiting) {
    if (!waiting.isMissingNode()) {
      line(
          text,
          "waits for",
          "%s, until %s, then: %s"
              .formatted(
                  waiting.path("reason").asText(),
                  waiting.path("deadline").asText(),
                  waiting.path("nextAction").asText()));
    }
  }

  private static String blackout(JsonNode migration, JsonNode figures) {
    JsonNode downtimes = figures.path("downtimes");
    return "vCPU %s, guest %s, service %s, hypervisor %s (predicted %s, limit %s)"
        .formatted(
            Units.micros(downtimes.path("vcpuUs")),
            Units.micros(downtimes.path("guestUs")),
            Units.micros(downtimes.path("serviceUs")),
            Units.micros(downtimes.path("hypervisorUs")),
            Units.micros(figures.path("predictedBlackoutUs")),
            Units.micros(migration.path("downtimeLimitMs").asLong() * 1_000));
  }

  private static String digest(JsonNode figures) {
    if (!figures.has("digestsEqual")) {
      return "not compared";
    }
    String digest = figures.path("sourceDigest").asText();
    String shown = digest.substring(0, Math.min(DIGEST_LENGTH, digest.length()));
    return figures.path("digestsEqual").asBoolean()
        ? shown + ", equal on both hosts"
        : "DIFFERENT: source %s, target %s"
            .formatted(digest, figures.path("targetDigest").asText());
  }

  private static Table rounds(JsonNode migration) {
    Table table =
        new Table(
            "ROUND>",
            "PAGES>",
            "ZERO>",
            "SENT>",
            "LEFT>",
            "DIRTY/S>",
            "BANDWIDTH>",
            "TIME>",
            "BLACKOUT>");
    for (JsonNode round : migration.path("rounds")) {
      table.row(
          round.path("round").asText(),
          round.path("sentPages").asText(),
          round.path("zeroPages").asText(),
          Units.size(round.path("sentBytes")),
          round.path("remainingPages").asText(),
          Long.toString(Math.round(round.path("dirtyPagesPerSecond").asDouble())),
          Units.rate(round.path("bandwidthBytesPerSecond").asLong()),
          Units.micros(round.path("durationUs")),
          Units.micros(round.path("predictedBlackoutUs")));
    }
    return table;
  }

  private static Table history(JsonNode migration) {
    Table table = new Table("PHASE", "AFTER>", "REASON");
    Instant start = Instant.parse(migration.path("requestedAt").asText());
    for (JsonNode entry : migration.path("history")) {
      Duration after = Duration.between(start, Instant.parse(entry.path("at").asText()));
      table.row(
          phase(entry.path("phase").asText()),
          Units.micros(Math.max(0, after.toNanos() / 1_000)),
          Units.text(entry.path("reason")));
    }
    return table;
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  %-11s %s\n".formatted(name, value));
  }
}
