package io.drover.config.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that no record takes. */
class SettingsRulesTest {
  static Stream<String> durations() {
    return ConfigFactory.defaultReference().withOnlyPath("drover").entrySet().stream()
        .filter(entry -> entry.getValue().unwrapped().toString().matches("\\d+(us|ms|s|m)"))
        .map(Map.Entry::getKey);
  }

  /** A wait of nothing is a busy loop, or a limit that is reached at once. */
  @ParameterizedTest
  @MethodSource("durations")
  void shouldRefuseADurationOfZero(String key) {
    assertRefused(key, "0s");
  }

  @ParameterizedTest
  @CsvSource({
    "drover.transfer.profiles.*.mtu, 1280",
    "drover.transfer.profiles.*.term-length, 256KiB",
    "drover.transfer.inbound-limit, 0",
    "drover.agent.migrations-in, 65",
    "drover.agent.name, No",
    "drover.agent.witness.host, 192.0.2.1",
    "drover.migration.max-rounds, 1",
    "drover.migration.recheck-limit, -1",
    "drover.entities.snapshot-every, 0",
    "drover.moves.per-area, 0",
    "drover.area.wake-batch, 0",
    "drover.area.burst.high-water, 0.9",
    "drover.area.drill.limit, 1h",
    "drover.entities.relocation-limit, 17",
    "drover.lease.ttl, 1s",
    "drover.lease.revoke-lead, 4s",
    "drover.lease.guard-share, 2",
    "drover.fencing.attempts, 0"
  })
  void shouldNameTheKeyWhoseValueIsOutOfBounds(String key, String value) {
    assertRefused(key, value);
  }

  private static void assertRefused(String key, String value) {
    Config config =
        ConfigFactory.parseMap(Map.of(key.replace("*", "loopback"), value))
            .withFallback(ConfigFactory.defaultReference());
    assertThatThrownBy(() -> readAll(config))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key + " must be ");
  }

  private static void readAll(Config config) {
    AgentSettings.from(config);
    QemuSettings.from(config);
    TransferSettings.from(config);
    AreaSettings.from(config);
    DrillSettings.from(config);
    WorkloadBurstSettings.from(config);
    EntitySettings.from(config);
    MigrationSettings.from(config);
    MoveSettings.from(config);
    ImageSettings.from(config);
    LeaseSettings.from(config);
    FencingSettings.from(config);
  }
}
