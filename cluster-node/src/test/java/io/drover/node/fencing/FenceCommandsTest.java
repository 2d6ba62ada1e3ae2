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
  void shouldTryTheNextDeviceWhenOneFails() {
    Answer answer =
        switchOff(
            dummy(Map.of("type", "fail")),
            new Device(List.of("/no/such/command"), "*", Map.of()),
            dummy(Map.of()));

    assertThat(answer.off()).isTrue();
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

    try (FenceCommands commands = commands(bmc)) {
      assertThat(commands.reaches(H1, Map.of("bmc", "10.0.0.1"))).isTrue();
      assertThat(commands.reaches(H1, Map.of())).isFalse();
      assertThat(commands.reaches(H1, Map.of("bmc", "10.0.0.1\naction=on"))).isFalse();
      assertThat(commands.reaches(HostId.parse("host-south-03-h1"), Map.of("bmc", "1"))).isFalse();
    }
  }

  private Device dummy(Map<String, String> more) {
    var parameters = new HashMap<>(more);
    parameters.put("plug", "{name}");
    parameters.put("status_dir", power.toString());
    return new Device(DUMMY, "north/*", parameters);
  }

  private static Answer switchOff(Device... devices) {
    try (FenceCommands commands = commands(devices)) {
      return commands.switchOff(H1, Map.of()).toCompletableFuture().join();
    }
  }

  private static FenceCommands commands(Device... devices) {
    return new FenceCommands(
        new FencingSettings(List.of(devices), Duration.ofMillis(500), 1, Duration.ofSeconds(1), 1));
  }
}
