package io.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.cli.CannedServer.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is watched and followed. */
class FollowingTest extends CommandRun {
  @Test
  void shouldWatchAMigrationToItsReport() {
    server
        .on("POST /v1/vms/" + WEB + ":migrate", 202, "migration-reserved")
        .on("GET /v1/migrations/" + MIGRATION, 200, "migration-reserved")
        .on("GET /v1/migrations/" + MIGRATION, 200, "migration-pre-copy")
        .on("GET /v1/migrations/" + MIGRATION, 200, "migration-completed");

    int exit =
        drover(
            "vm",
            "migrate",
            "web",
            "--to",
            "h2",
            "--downtime-limit",
            "300ms",
            "--bandwidth",
            "100MiB/s",
            "--watch");

    assertThat(exit).isZero();
    assertThat(server.requests)
        .contains(
            "POST /v1/vms/"
                + WEB
                + ":migrate {\"target\":\"host-north-06-h2\","
                + "\"downtimeLimitMs\":300,\"bandwidthLimitBytesPerSecond\":104857600}");
    assertGolden("migrate-progress", err());
    assertGolden("migration-show", out());
  }

  @Test
  void shouldFailWhenTheWatchedMigrationIsRolledBack() {
    server.on("GET /v1/migrations/" + MIGRATION, 200, "migration-rolled-back");

    assertThat(drover("migration", "watch", MIGRATION)).isEqualTo(1);

    assertThat(out()).contains("rounds stopped shrinking after 8", "not compared");
  }

  @Test
  void shouldWatchADrainAndNameEveryVm() {
    String drain = "GET /v1/hosts/host-north-06-h2/drain";
    server
        .on("POST /v1/hosts/host-north-06-h2:drain", 202, "operation-drain")
        .on(drain, 200, "drain-moving")
        .on(drain, 200, "drain-completed");

    assertThat(drover("host", "drain", "h2", "--watch")).isZero();

    assertGolden("drain-progress", err());
    assertGolden("drain-completed", out());
  }

  @Test
  void shouldFailWhenTheWatchedDrainLeavesVms() {
    server
        .on("POST /v1/hosts/host-north-06-h2:drain", 202, "operation-drain")
        .on("GET /v1/hosts/host-north-06-h2/drain", 200, "drain-incomplete");

    assertThat(drover("host", "drain", "h2", "--watch")).isEqualTo(1);

    assertGolden("drain-incomplete", out());
  }

  @Test
  void shouldSayWhyAVmIsNotMovedYet() {
    server.on("GET /v1/hosts/host-north-06-h2/drain", 200, "drain-moving");

    assertThat(drover("host", "drain-status", "h2")).isZero();

    assertGolden("drain-moving", out());
  }

  @Test
  void shouldWatchADrillAndReportWhatItMeasured() {
    String drill = "GET /v1/areas/north/drill";
    server
        .on("POST /v1/areas/north:drill", 202, "operation-drill")
        .on(drill, 200, "drill-going-over")
        .on(drill, 200, "drill-completed");

    assertThat(drover("area", "drill", "north", "--watch")).isZero();

    assertGolden("drill-progress", err());
    assertGolden("drill-completed", out());
  }

  @Test
  void shouldFailWhenTheWatchedDrillDoes() {
    server
        .on("POST /v1/areas/north:drill", 202, "operation-drill")
        .on("GET /v1/areas/north/drill", 200, "drill-failed");

    assertThat(drover("area", "drill", "north", "--to", "south", "--watch")).isEqualTo(1);

    assertGolden("drill-failed", out());
    assertThat(server.requests).contains("POST /v1/areas/north:drill {\"to\":\"south\"}");
  }

  @Test
  void shouldCountOneRoundAsOne() {
    server.on("GET /v1/migrations/" + MIGRATION, 200, "migration-pre-copy");

    assertThat(drover("migration", "show", MIGRATION)).isZero();

    assertThat(out()).contains(" in 1 round\n");
  }

  @Test
  void shouldCancelAMigration() {
    server.on("POST /v1/migrations/" + MIGRATION + ":cancel", 202, "migration-pre-copy");

    assertThat(drover("migration", "cancel", MIGRATION)).isZero();

    assertThat(out()).startsWith(MIGRATION + "  pre-copy");
  }

  @Test
  void shouldPrintAConsoleToItsEnd() {
    String console = "GET /v1/vms/" + WEB + "/console?fromOffset=";
    server
        .on(console + "0", text("x".repeat(65_536), 0))
        .on(console + "65536", text("end\n", 65_536));

    assertThat(drover("vm", "console", "web")).isZero();

    assertThat(out()).hasSize(65_540).endsWith("end\n");
  }

  @Test
  void shouldGoOnWithAConsoleWhenTheConnectionBreaks() {
    String console = "GET /v1/vms/" + WEB + "/console?fromOffset=";
    server
        .on(console + "0", new Answer(200, "text/plain", Map.of(), "one\n", 100))
        .on(console + "0", text("one\ntwo\n", 0))
        .on(console + "4", text("two\n", 4));

    assertThat(drover("vm", "console", "web")).isZero();

    assertThat(out()).isEqualTo("one\ntwo\n");
    assertThat(err()).contains("the connection broke; going on from ");
  }

  @Test
  void shouldFollowAConsoleFromWhereItBrokeUntilTheVmIsGone() {
    String console = "GET /v1/vms/" + WEB + "/console?fromOffset=";
    server
        .on(console + "0&follow=true", text("one\n", 0))
        .on(console + "4&follow=true", text("two\n", 4))
        .on(console + "8&follow=true", 404, "not-found");

    assertThat(drover("vm", "console", "web", "--follow")).isZero();

    assertThat(out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void shouldFollowEventsAfterTheLastOneItHas() {
    String event =
        "{\"sequence\":17,\"type\":\"vm.stopped\",\"subject\":\"x\",\"at\":\"t\",\"facts\":{}}";
    server
        .on(
            "GET /v1/events text/event-stream",
            new Answer(
                200, "text/event-stream", Map.of(), ": hi\n\nid: 17\ndata: " + event + "\n\n"))
        .on("GET /v1/events text/event-stream", 404, "not-found");

    assertThat(drover("events", "--follow", "--output", "json")).isEqualTo(1);

    assertThat(out().lines()).hasSize(3).endsWith(event);
  }

  @Test
  void shouldTellWhenNobodyAnswers() {
    server.close();

    assertThat(drover("vm", "list")).isEqualTo(3);
    assertThat(err()).contains("no answer from " + server.url());
    assertThat(drover("migration", "watch", MIGRATION)).isEqualTo(3);
    assertThat(pauses).hasSize(59);
  }

  private static Answer text(String text, long start) {
    return new Answer(
        200, "text/plain", Map.of("Drover-Console-Start", Long.toString(start)), text);
  }
}
