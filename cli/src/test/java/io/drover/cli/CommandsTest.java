package io.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.cli.CannedServer.Answer;
import io.drover.cli.command.CommandTree;
import io.drover.cli.command.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Every command against canned answers; what it prints is held against {@code golden/}. Run with
 * {@code -Ddrover.golden.update=true} to write these files anew, and read the difference.
 */
class CommandsTest {
  private static final String WEB = "vm-north-03-01kb0000000000000000000001";
  private static final String NEW = "vm-north-03-01kb0000000000000000000005";
  private static final String MIGRATION = "mig-north-03-01kb0000000000000000000090";
  private static final String OPERATION = "op-north-03-01kb0000000000000000000050";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T21:00:00Z"), ZoneOffset.UTC);

  private final CannedServer server = new CannedServer();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Duration> pauses = new ArrayList<>();

  CommandsTest() throws IOException {
    server
        .on("GET /v1/vms?limit=500", 200, "vms-1")
        .on("GET /v1/vms?limit=500&cursor=vm-cursor", 200, "vms-2")
        .on("GET /v1/vms/" + WEB, 200, "vm")
        .on("GET /v1/hosts?limit=500", 200, "hosts")
        .on("GET /v1/hosts/host-north-01-h1", 200, "host")
        .on("GET /v1/images?limit=500", 200, "images")
        .on("GET /v1/areas?limit=500", 200, "areas")
        .on("GET /v1/areas/north", 200, "area")
        .on("GET /v1/operations?limit=500", 200, "operations")
        .on("GET /v1/operations/" + OPERATION, 200, "operation-done")
        .on("GET /v1/migrations?limit=500", 200, "migrations")
        .on("GET /v1/events?limit=500&last=100", 200, "events")
        .on("GET /v1/events?limit=500&after=14", 200, "events-end");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private int drover(String... args) {
    List<String> line = new ArrayList<>(List.of(args));
    line.addAll(List.of("--server", server.url()));
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            CLOCK,
            false,
            pauses::add);
    return CommandTree.run(terminal, line.toArray(String[]::new));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static void assertGolden(String name, String printed) {
    Path file = Path.of("src/test/resources/golden", name + ".txt");
    try {
      if (Boolean.getBoolean("drover.golden.update")) {
        Files.writeString(file, printed);
      }
      assertThat(printed).isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertPrints(String golden, String... args) {
    int exit = drover(args);

    assertThat(err()).isEmpty();
    assertThat(exit).isZero();
    assertGolden(golden, out());
  }

  @Test
  void shouldListTheVmsOfAllPagesWithoutDeletedOnes() {
    assertPrints("vm-list", "vm", "list");
  }

  @Test
  void shouldShowAVmByItsName() {
    assertPrints("vm-show", "vm", "show", "web");
  }

  @Test
  void shouldShowAVmByTheEndOfItsId() {
    assertPrints("vm-show", "vm", "show", "00001");
  }

  @Test
  void shouldListHosts() {
    assertPrints("host-list", "host", "list");
  }

  @Test
  void shouldShowAHostByAreaAndName() {
    assertPrints("host-show", "host", "show", "north/h1");
  }

  @Test
  void shouldListImages() {
    assertPrints("image-list", "image", "list");
  }

  @Test
  void shouldListAreas() {
    assertPrints("area-list", "area", "list");
  }

  @Test
  void shouldShowAnArea() {
    assertPrints("area-show", "area", "show", "north");
  }

  @Test
  void shouldListOperations() {
    assertPrints("operation-list", "operation", "list");
  }

  @Test
  void shouldShowAnOperation() {
    assertPrints("operation-show", "operation", "show", OPERATION);
  }

  @Test
  void shouldListMigrations() {
    assertPrints("migration-list", "migration", "list");
  }

  @Test
  void shouldShowAMigrationWithAllItsFigures() {
    server.on("GET /v1/migrations/" + MIGRATION, 200, "migration-completed");
    assertPrints("migration-show", "migration", "show", "00090");
  }

  @Test
  void shouldListStoredEvents() {
    assertPrints("events", "events");
  }

  @Test
  void shouldPrintJsonForPrograms() {
    assertPrints("vm-list-json", "vm", "list", "--all", "--output", "json");
  }

  @Test
  void shouldCordonAHost() {
    server.on("POST /v1/hosts/host-north-06-h2:cordon", 200, "host-cordoned");

    assertThat(drover("host", "cordon", "h2")).isZero();

    assertThat(out()).isEqualTo("host-north-06-h2  cordoned: yes\n");
  }

  @Test
  void shouldSayWhichThingsAnAmbiguousNameMeans() {
    assertThat(drover("host", "show", "h1")).isEqualTo(2);
    assertThat(err()).contains("host-north-01-h1", "host-south-02-h1");
  }

  @Test
  void shouldRefuseANameThatNothingHas() {
    assertThat(drover("vm", "show", "nobody")).isEqualTo(1);
    assertThat(err()).contains("no VM is called \"nobody\"");
  }

  @Test
  void shouldCreateNumberedVmsAndWaitUntilTheyRun() {
    server
        .on("POST /v1/vms", 201, "vm-starting")
        .on("GET /v1/vms/" + NEW, 200, "vm-starting")
        .on("GET /v1/vms/" + NEW, 200, "vm-running");

    int exit =
        drover(
            "vm",
            "create",
            "new",
            "--image",
            "pulse",
            "--area",
            "north",
            "--cpu",
            "0.25",
            "--memory",
            "128MiB",
            "--arg",
            "beatMs=2",
            "--count",
            "2",
            "--wait");

    assertThat(exit).isZero();
    assertGolden("vm-create", out());
    assertThat(server.requests)
        .contains(
            "POST /v1/vms {\"area\":\"north\",\"image\":\"pulse\",\"cpuMillis\":250,"
                + "\"memoryBytes\":134217728,\"arguments\":{\"beatMs\":\"2\"},\"name\":\"new-2\"}");
    assertThat(server.idempotencyKeys).hasSize(2).doesNotHaveDuplicates();
    assertThat(pauses).containsExactly(Duration.ofMillis(200));
  }

  @Test
  void shouldFailWhenTheVmItWaitsForFails() {
    server.on("POST /v1/vms", 201, "vm-starting").on("GET /v1/vms/" + NEW, 200, "vm-failed");

    assertThat(drover("vm", "create", "new", "--image", "pulse", "--area", "north", "--wait"))
        .isEqualTo(1);
  }

  @Test
  void shouldAskAgainUnderTheSameKeyWhenTheOutcomeIsUnknown() {
    server.on("POST /v1/vms", 503, "unknown-outcome").on("POST /v1/vms", 201, "vm-running");

    assertThat(drover("vm", "create", "new", "--image", "pulse", "--area", "north")).isZero();

    assertThat(server.idempotencyKeys).hasSize(2);
    assertThat(server.idempotencyKeys.getFirst()).isEqualTo(server.idempotencyKeys.getLast());
  }

  @Test
  void shouldAskForTheAreaWhenThereAreSeveral() {
    assertThat(drover("vm", "create", "new", "--image", "pulse")).isEqualTo(2);
    assertThat(err()).contains("--area is needed; there are: north, south");
  }

  @Test
  void shouldPrintTheReasonOfEachHost() {
    server.on("POST /v1/vms", 409, "no-capacity");

    assertThat(drover("vm", "create", "new", "--image", "pulse", "--area", "north")).isEqualTo(1);

    assertGolden("no-capacity", err());
  }

  @Test
  void shouldStopAVmAndWaitForTheOperation() {
    server.on("POST /v1/vms/" + WEB + ":stop", 202, "operation-running");

    assertThat(drover("vm", "stop", "web", "--grace", "3s", "--wait")).isZero();

    assertThat(server.requests).contains("POST /v1/vms/" + WEB + ":stop {\"graceMs\":3000}");
    assertThat(out()).contains("SUCCEEDED");
  }

  @Test
  void shouldNameTheOperationOfEachAction() {
    for (String action : List.of("start", "reboot")) {
      server.on("POST /v1/vms/" + WEB + ":" + action, 202, "operation-running");
      assertThat(drover("vm", action, "web")).isZero();
    }
    server.on("DELETE /v1/vms/" + WEB, 202, "operation-running");
    assertThat(drover("vm", "delete", "web")).isZero();
    assertThat(out().lines()).hasSize(3).allMatch(line -> line.startsWith(OPERATION));
  }

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
  void shouldFollowAConsoleFromWhereItBrokeUntilTheVmIsGone() {
    String console = "GET /v1/vms/" + WEB + "/console?fromOffset=";
    server
        .on(console + "0&follow=true", text("one\n", 0))
        .on(console + "4&follow=true", text("two\n", 4))
        .on(console + "8&follow=true", 404, "not-found");

    assertThat(drover("vm", "console", "web", "--follow")).isZero();

    assertThat(out()).isEqualTo("one\ntwo\n");
  }

  private static Answer text(String text, long start) {
    return new Answer(
        200, "text/plain", Map.of("Drover-Console-Start", Long.toString(start)), text);
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

  @Test
  void shouldRefuseAWrongCommandLineWithTheReason() {
    assertThat(drover("vm", "create", "a", "--image", "pulse", "--memory", "64MB")).isEqualTo(2);
    assertThat(err()).contains("\"64MB\" is not a size such as 64MiB");
    assertThat(drover("vm", "migrate", "web", "--bandwidth", "10MiB")).isEqualTo(2);
    assertThat(err()).contains("is not a rate such as 100MiB/s");
    assertThat(drover("vm", "fly", "web")).isEqualTo(2);
    assertThat(server.requests).isEmpty();
  }

  @Test
  void shouldSayWhenTheServerIsNotDrover() {
    server.on("GET /v1/areas/x", new Answer(404, "text/html", Map.of(), "<html>"));

    assertThat(drover("area", "show", "x")).isEqualTo(1);
    assertThat(err()).contains("does not answer like a control node of Drover");
  }

  @Test
  void shouldGenerateACompletionScript() {
    assertThat(drover("completion")).isZero();
    assertThat(out()).contains("complete -F _complete_drover", "migrate");
  }
}
