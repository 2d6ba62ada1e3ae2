package io.drover.node.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.host.PowerSwitch.Answer;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.FencingSettings.Device;
import io.drover.config.units.HostId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FenceCommandsTest {
  private static final HostId H1 = HostId.parse("host-north-03-h1");
  private static final List<String> DUMMY =
      List.of("sh", Path.of("..", "docs", "examples", "fence_dummy").toAbsolutePath().toString());

  @TempDir private Path power;

  @Test
  void shouldSwitchAHostOffAndSeeThatItIs() throws IOException {
    Answer answer = switchOff(dummy(Map.of()));

    assertThat(answer.off()).isTrue();
    assertThat(answer.evidence()).contains("off: exit 0", "status: exit 2");
    assertThat(power.resolve("h1")).hasContent("off");
  }

  @Test
  void shouldNotBelieveACommandWhoseStatusStillSaysOn() {
    Answer answer = switchOff(dummy(Map.of("type", "stuck")));

    assertThat(answer.off()).isFalse();
    assertThat(answer.evidence()).contains("status: exit 0");
  }

  @Test
  void shouldNotTakeAShellThatFindsNoCommandForAHostThatIsOff() {
    Answer answer = switchOff(new Device(List.of("sh", "/no/such/command"), "*", Map.of()));

    assertThat(answer.off()).isFalse();
  }

  @Test
  void shouldTryEachDeviceAsOftenAsItMayBeTriedBeforeTheNext() {
    Device broken = new Device(List.of("/no/such/command"), "*", Map.of());

    try (FenceCommands commands = commands(2, broken, dummy(Map.of()))) {
      assertThat(commands.ways(H1, Map.of())).isEqualTo(4);
      assertThat(IntStream.range(0, 4).mapToObj(way -> run(commands, way).off()))
          .containsExactly(false, false, true, true);
    }
  }

  @Test
  void shouldNotStartWhatIsNotWantedAnyMore() {
    try (FenceCommands commands = commands(1, dummy(Map.of()))) {
      Answer answer = commands.switchOff(H1, Map.of(), 0, () -> false).toCompletableFuture().join();

      assertThat(answer.off()).isFalse();
      assertThat(answer.evidence()).contains("was not started");
    }
    assertThat(power.resolve("h1")).doesNotExist();
  }

  @Test
  void shouldStartNothingAfterThisNodeStoodStill() {
    Device[] devices = {dummy(Map.of())};
    long[] nowNs = {0};
    try (FenceCommands commands =
        new FenceCommands(
            settings(1, devices), () -> nowNs[0] += Duration.ofSeconds(8).toNanos())) {
      assertThat(run(commands, 0).evidence()).contains("was not started");
    }
    assertThat(power.resolve("h1")).doesNotExist();
  }

  @Test
  void shouldKillACommandThatHangs() {
    Answer answer = switchOff(dummy(Map.of("type", "hang")));

    assertThat(answer.off()).isFalse();
    assertThat(answer.evidence()).contains("no end within 500 ms");
  }

  @Test
  void shouldReachOnlyHostsThatMatchAndSayWhatIsNeeded() {
    Device bmc = new Device(DUMMY, "north/h*", Map.of("ip", "{label:bmc}"));

    try (FenceCommands commands = commands(1, bmc)) {
      assertThat(commands.ways(H1, Map.of("bmc", "10.0.0.1"))).isEqualTo(1);
      assertThat(commands.ways(H1, Map.of())).isZero();
      assertThat(commands.ways(H1, Map.of("bmc", "10.0.0.1\naction=on"))).isZero();
      assertThat(commands.ways(HostId.parse("host-south-03-h1"), Map.of("bmc", "1"))).isZero();
    }
  }

  private Device dummy(Map<String, String> more) {
    var parameters = new HashMap<>(more);
    parameters.put("plug", "{name}");
    parameters.put("status_dir", power.toString());
    return new Device(DUMMY, "north/*", parameters);
  }

  private static Answer switchOff(Device device) {
    try (FenceCommands commands = commands(1, device)) {
      return run(commands, 0);
    }
  }

  private static Answer run(FenceCommands commands, int way) {
    return commands.switchOff(H1, Map.of(), way, () -> true).toCompletableFuture().join();
  }

  private static FenceCommands commands(int attempts, Device... devices) {
    return new FenceCommands(settings(attempts, devices), System::nanoTime);
  }

  private static FencingSettings settings(int attempts, Device... devices) {
    return new FencingSettings(
        List.of(devices), Duration.ofMillis(500), attempts, Duration.ofSeconds(1), 1);
  }
}
