package io.drover.node.wiring;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.config.settings.SettingsException;
import org.junit.jupiter.api.Test;

class FleetSettingsTest {
  @Test
  void shouldRefuseAHoldInWhichVmsThatMovedMayNotBeCounted() {
    assertThatCode(() -> FleetSettings.from(withHold("61s"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> FleetSettings.from(withHold("60s")))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "drover.area.burst.hold must be longer than drover.entities.leak-check-interval (PT1M): PT1M");
  }

  private static Config withHold(String hold) {
    return ConfigFactory.parseString("drover.area.burst.hold = " + hold)
        .withFallback(ConfigFactory.load());
  }
}
