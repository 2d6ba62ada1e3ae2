package io.drover.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsFileTest {
  @TempDir Path directory;

  private AgentSettings agent(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("agent.conf"), text);
    return AgentSettings.from(SettingsFile.load(Optional.of(file)));
  }

  @Test
  void shouldTakeLabelsWithDotsInTheirNames() throws IOException {
    assertThat(agent("drover.agent.labels { \"example.org/zone\" = a, rack = r1 }").labels())
        .containsOnlyKeys("example.org/zone", "rack")
        .containsEntry("example.org/zone", "a");
  }

  @Test
  void shouldRefuseAKeyThatTheReferenceDoesNotHave() {
    assertThatThrownBy(() -> agent("drover.agent.\"state.dir\" = /x"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("unknown key \"drover.agent.\"state.dir\"\"")
        .hasMessageContaining("agent.conf");
    assertThatThrownBy(() -> agent("drover.x = 1"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("unknown key \"drover.x\"");
  }

  @Test
  void shouldRefuseANumberWithoutItsUnit() throws IOException {
    assertThatThrownBy(() -> agent("drover.agent.heartbeat = 5"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("drover.agent.heartbeat has no unit: 5 (")
        .hasMessageContaining("agent.conf")
        .hasMessageEndingWith("the default is 1s");
    assertThatThrownBy(() -> agent("drover.agent.heartbeat = \"5\""))
        .hasMessageContaining("drover.agent.heartbeat has no unit");
    assertThat(agent("drover.agent.heartbeat = 5s").heartbeat()).hasSeconds(5);
  }

  @Test
  void shouldNameTheKeyOfAnAddressItCannotUse() {
    assertThatThrownBy(() -> agent("drover.agent.transfer.port = 99999"))
        .hasMessageContaining("drover.agent.transfer")
        .hasMessageContaining("99999");
    assertThatThrownBy(() -> agent("drover.agent.control-endpoints = [nonsense]"))
        .hasMessageContaining("drover.agent.control-endpoints")
        .hasMessageContaining("\"nonsense\" is not host:port");
  }

  @Test
  void shouldNameTheSectionOfAValueItCannotRead() {
    assertThatThrownBy(() -> agent("drover.agent.heartbeat = soon"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith("drover.agent: ")
        .hasMessageContaining("heartbeat");
  }
}
