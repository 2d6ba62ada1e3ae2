package io.drover.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class QemuSettingsTest {
  private static Config with(String overrides) {
    return ConfigFactory.parseString(overrides).withFallback(ConfigFactory.defaultReference());
  }

  @Test
  void shouldGiveEachAgentItsOwnDirectories() {
    QemuSettings settings = QemuSettings.from(with("drover.agent.state-dir = /var/d"));
    QemuSettings other = QemuSettings.from(with("drover.agent.state-dir = /var/e"));
    assertThat(settings.stateDirectory()).isEqualTo(Path.of("/var/d/qemu"));
    assertThat(settings.shmDirectory().getParent()).isEqualTo(Path.of("/dev/shm/drover"));
    assertThat(settings.shmDirectory()).isNotEqualTo(other.shmDirectory());
    assertThat(settings.accel()).isEqualTo(QemuSettings.Accel.AUTO);
  }

  @Test
  void shouldNameTheKeyOfAnAcceleratorItDoesNotKnow() {
    assertThatThrownBy(() -> QemuSettings.from(with("drover.agent.qemu.accel = hvf")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("drover.agent.qemu.accel")
        .hasMessageContaining("hvf");
  }

  @Test
  void shouldRefuseOptionsSmuggledInWithTheMachineType() {
    assertThatThrownBy(
            () -> QemuSettings.from(with("drover.agent.qemu.machine = \"q35,dumpdtb=x\"")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("drover.agent.qemu.machine");
  }
}
