package io.drover.bench.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxFiguresTest {
  private static final GuestReport UNTOUCHED = new GuestReport(10, 0, 0, 9000, 0);

  @TempDir private Path folder;
  private final LinuxFigures figures = new LinuxFigures();

  private static MovedGuest moved(double totalMs, long pauseUs) {
    return new MovedGuest(
        totalMs,
        pauseUs / 1000.0,
        1,
        UNTOUCHED,
        Optional.of(new GuestReport(13, 1, pauseUs, 20000, 0)));
  }

  private static MovedGuest dead(double totalMs) {
    return new MovedGuest(totalMs, 50, 1, UNTOUCHED, Optional.empty());
  }

  private JsonNode published() throws IOException {
    Report report = new Report("bench migration");
    figures.publish(report);
    Path file = folder.resolve("report.json");
    report.write(file);
    ObjectNode byName = JsonNodeFactory.instance.objectNode();
    new ObjectMapper()
        .readTree(Files.readString(file))
        .path("metrics")
        .forEach(metric -> byName.set(metric.path("name").asText(), metric));
    return byName;
  }

  @Test
  void shouldCompareEachRunWithTheNativeOneBesideIt() throws IOException {
    figures.addTimes(moved(1000, 100_000), moved(500, 200_000), 400);
    figures.addTimes(moved(900, 300_000), moved(900, 100_000), 800);
    figures.addTimes(moved(1200, 100_000), moved(1000, 100_000), 900);

    JsonNode metrics = published();

    JsonNode total = metrics.path("qemu_total_vs_native_tcp");
    assertThat(total.path("value").asDouble()).isEqualTo(1.2);
    assertThat(total.path("min").asDouble()).isEqualTo(1);
    assertThat(total.path("max").asDouble()).isEqualTo(2);
    assertThat(total.path("goal").asText()).isEqualTo("<= 1.5");
    assertThat(total.path("met").asBoolean()).isTrue();
    JsonNode blackout = metrics.path("qemu_blackout_vs_native_tcp");
    assertThat(blackout.path("value").asDouble()).isEqualTo(1);
    assertThat(blackout.path("max").asDouble()).isEqualTo(3);
    assertThat(blackout.path("goal").asText()).isEqualTo("<= 2");
  }

  @Test
  void shouldMissTheGoalOfEqualMemoryWhenOneRunOfManyDiffers() throws IOException {
    figures.addDifferences(OptionalLong.of(0), 3, 20);
    figures.addDifferences(OptionalLong.of(0), 0, 40);
    assertThat(published().path("qemu_ram_pages_differing").path("met").asBoolean()).isTrue();

    figures.addDifferences(OptionalLong.of(1), 0, 30);
    JsonNode metrics = published();

    assertThat(metrics.path("qemu_ram_pages_differing").path("met").asBoolean()).isFalse();
    assertThat(metrics.path("native_ram_pages_differing").has("goal")).isFalse();
    assertThat(metrics.path("native_ram_pages_differing_limit_1ms").path("value").asDouble())
        .isEqualTo(30);
  }

  @Test
  void shouldCountADeadGuestAndKeepItsTime() throws IOException {
    figures.addTimes(moved(1000, 100_000), dead(500), 400);

    JsonNode metrics = published();

    assertThat(metrics.path("native_guests_dead_or_faulty").path("value").asInt()).isEqualTo(1);
    assertThat(metrics.has("native_total_ms")).isTrue();
    assertThat(metrics.has("native_guest_blackout_ms")).isFalse();
  }

  @Test
  void shouldNotUseTheBlackoutOfAGuestThatHadStoodStillBefore() {
    GuestReport paused = new GuestReport(10, 1, 900_000, 9000, 0);
    MovedGuest guest = new MovedGuest(1000, 80, 1, paused, Optional.of(paused));

    assertThat(guest.guestBlackoutMs()).isEmpty();
  }

  @Test
  void shouldReadAReportOnlyWhenItIsWhole() {
    Map<String, String> said =
        new TreeMap<>(
            Map.of("lost", "0", "repeated", "1", "corrupted", "0", "stale", "2", "pauses", "1"));
    said.putAll(Map.of("pause_us", "81234", "uptime_s", "12.345", "checked", "9000"));
    assertThat(GuestReport.of(said)).isEmpty();

    said.put("wrong", "0");
    assertThat(GuestReport.of(said)).contains(new GuestReport(12.345, 1, 81_234, 9000, 3));

    said.remove("pause_us");
    assertThatThrownBy(() -> GuestReport.of(said)).hasMessageContaining("pause_us");
  }
}
