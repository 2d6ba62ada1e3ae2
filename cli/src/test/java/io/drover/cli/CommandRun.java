package io.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterEach;

/**
 * Commands against canned answers; what they print is held against {@code golden/}. Run with {@code
 * -Ddrover.golden.update=true} to write these files anew, and read the difference.
 */
abstract class CommandRun {
  static final String WEB = "vm-north-03-01kb0000000000000000000001";
  static final String NEW = "vm-north-03-01kb0000000000000000000005";
  static final String MIGRATION = "mig-north-03-01kb0000000000000000000090";
  static final String OPERATION = "op-north-03-01kb0000000000000000000050";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T21:00:00Z"), ZoneOffset.UTC);

  final CannedServer server = new CannedServer();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final List<Duration> pauses = new ArrayList<>();

  CommandRun() {
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

  int drover(String... args) {
    List<String> line = new ArrayList<>(List.of(args));
    line.addAll(List.of("--server", server.url()));
    return CommandTree.run(terminal(), line.toArray(String[]::new));
  }

  Terminal terminal() {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        CLOCK,
        false,
        pauses::add);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  void forgetOutput() {
    out.reset();
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static void assertGolden(String name, String printed) {
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

  void assertPrints(String golden, String... args) {
    int exit = drover(args);

    assertThat(err()).isEmpty();
    assertThat(exit).isZero();
    assertGolden(golden, out());
  }
}
