package io.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.cli.CannedServer.Answer;
import io.drover.cli.command.CommandTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is changed, and how a refusal is told. */
class ActionsTest extends CommandRun {
  @Test
  void shouldCordonAHost() {
    server.on("POST /v1/hosts/host-north-06-h2:cordon", 200, "host-cordoned");

    assertThat(drover("host", "cordon", "h2")).isZero();

    assertThat(out()).isEqualTo("host-north-06-h2  cordoned: yes\n");
  }

  @Test
  void shouldDrainAHostAndAbortThat() {
    server
        .on("POST /v1/hosts/host-north-06-h2:drain", 202, "operation-drain")
        .on("POST /v1/hosts/host-north-06-h2:drain-abort", 202, "operation-drain");

    assertThat(drover("host", "drain", "h2")).isZero();
    assertThat(drover("host", "drain", "h2", "--abort")).isZero();

    String line =
        "op-north-06-01kb0000000000000000000060  drain host-north-06-h2  RUNNING: the host is being cordoned\n";
    assertThat(out()).isEqualTo(line + line);
  }

  @Test
  void shouldDrillAnAreaAndAbortThat() {
    server
        .on("POST /v1/areas/north:drill", 202, "operation-drill")
        .on("POST /v1/areas/north:drill-abort", 202, "operation-drill")
        .on("GET /v1/areas/north/drill", 200, "drill-going-over");

    assertThat(drover("area", "drill", "north")).isZero();
    assertThat(drover("area", "drill", "north", "--abort")).isZero();
    assertThat(drover("area", "drill-status", "north")).isZero();

    assertThat(out())
        .startsWith("op-north-00-01kb0000000000000000000090  drill north  RUNNING: 0 of 6 cells")
        .contains("lost not known");
  }

  @Test
  void shouldSayThatAHostIsOff() {
    server.on("POST /v1/hosts/host-north-06-h2:fence", 200, "host-fenced");

    assertThat(drover("host", "fence", "h2", "--confirmed-off", "--reason", "I looked")).isZero();

    assertThat(out()).isEqualTo("host-north-01-h1  FENCED by OPERATOR\n");
    assertThat(server.requests)
        .contains(
            "POST /v1/hosts/host-north-06-h2:fence {\"confirmedOff\":true,\"reason\":\"I looked\"}");
    assertThat(drover("host", "fence", "h2", "--reason", "I looked")).isEqualTo(2);
  }

  @Test
  void shouldDisarmAndArmAnArea() {
    server
        .on("POST /v1/areas/north:disarm", 200, "area-disarmed")
        .on("POST /v1/areas/north:arm", 200, "area-disarmed");

    assertThat(drover("area", "disarm", "north", "--minutes", "30", "--reason", "new switches"))
        .isZero();

    assertGolden("area-disarm", out());
    assertThat(server.requests)
        .containsExactly(
            "POST /v1/areas/north:disarm"
                + " {\"minutes\":30,\"reason\":\"new switches\",\"mode\":\"FREEZE\"}");
    assertThat(drover("area", "arm", "north", "--force")).isZero();
    assertThat(server.requests).last().isEqualTo("POST /v1/areas/north:arm {\"force\":true}");
  }

  @Test
  void shouldUploadAnImageWithItsDigest(@TempDir Path folder) throws IOException {
    server.on("POST /v1/images?name=mine", 201, "image");
    Path file = Files.writeString(folder.resolve("mine.wasm"), "abc");

    assertThat(drover("image", "upload", file.toString(), "--name", "mine")).isZero();

    assertThat(out()).isEqualTo("mine  WEBASSEMBLY  1.57KiB  sha256 7f83b1657ff1fc53b92dc181\n");
    assertThat(server.requests).containsExactly("POST /v1/images?name=mine abc");
    assertThat(server.contentDigests)
        .containsExactly("sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
    assertThat(drover("image", "upload", folder.resolve("no").toString(), "--name", "x"))
        .isEqualTo(2);
    assertThat(err()).contains("there is no file");
  }

  @Test
  void shouldDeleteAnImageUnderOneKeyWhenTheOutcomeIsUnknown() {
    server
        .on("DELETE /v1/images/mine", 503, "unknown-outcome")
        .on(
            "DELETE /v1/images/mine",
            new CannedServer.Answer(204, "application/json", Map.of(), ""));

    assertThat(drover("image", "delete", "mine")).isZero();

    assertThat(out()).isEqualTo("mine deleted\n");
    assertThat(server.idempotencyKeys).hasSize(2);
    assertThat(server.idempotencyKeys.getFirst()).isEqualTo(server.idempotencyKeys.getLast());
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
    assertThat(out()).contains("FAILED on host-north-06-h2: image damaged");
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
  void shouldRefuseAWrongCommandLineWithTheReason() {
    assertThat(drover("vm", "create", "a", "--image", "pulse", "--memory", "64MB")).isEqualTo(2);
    assertThat(err()).contains("\"64MB\" is not a size such as 64MiB");
    assertThat(drover("vm", "migrate", "web", "--bandwidth", "10MiB")).isEqualTo(2);
    assertThat(err()).contains("is not a rate such as 100MiB/s");
    for (String cpu : new String[] {"abc", "1x", "0.0001", "-1"}) {
      assertThat(drover("vm", "create", "a", "--image", "pulse", "--cpu", cpu)).isEqualTo(2);
      assertThat(err())
          .contains("option '--cpu'", "\"" + cpu + "\" is not a number of cores such as 0.5");
    }
    assertThat(drover("vm", "fly", "web")).isEqualTo(2);
    assertThat(drover("vm", "create", "a", "--image", "pulse", "--count", "0")).isEqualTo(2);
    assertThat(err()).contains("--count must be at least 1: 0");
    assertThat(drover("area", "set", "north")).isEqualTo(2);
    assertThat(err()).contains("area set changes nothing without --backups, --failback");
    assertThat(server.requests).isEmpty();
  }

  @Test
  void shouldSayWhenTheServerIsNotDrover() {
    server.on("GET /v1/areas/x", new Answer(404, "text/html", Map.of(), "<html>"));

    assertThat(drover("area", "show", "x")).isEqualTo(1);
    assertThat(err()).contains("does not answer like a control node of Drover");
  }

  @Test
  void shouldHelpWithEveryCommand() {
    assertHelps(CommandTree.commandLine(terminal()), List.of());
    assertThat(drover("image", "build-linux")).isEqualTo(2);
    assertThat(err()).contains("./drover image build-linux");
  }

  private void assertHelps(CommandLine command, List<String> path) {
    List<String> line = new ArrayList<>(path);
    line.add("--help");
    assertThat(drover(line.toArray(String[]::new))).as(String.join(" ", line)).isZero();
    assertThat(out()).contains("Usage: " + command.getCommandSpec().qualifiedName());
    command
        .getSubcommands()
        .forEach((name, subcommand) -> {
          List<String> longer = new ArrayList<>(path);
          longer.add(name);
          assertHelps(subcommand, longer);
        });
  }

  @Test
  void shouldGenerateACompletionScript() {
    assertThat(drover("completion")).isZero();
    assertThat(out()).contains("complete -F _complete_drover", "migrate");
  }
}
