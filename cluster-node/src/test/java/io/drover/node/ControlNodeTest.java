package io.drover.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.actor.serialization.EventSchema;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.config.settings.SettingsException;
import io.drover.config.settings.SettingsFile;
import io.drover.node.wiring.Database;
import io.drover.node.wiring.NodeStartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps a node from starting, and what it then says. */
final class ControlNodeTest {
  @ParameterizedTest
  @ValueSource(strings = {"cluster", "http", "gateway"})
  void shouldNameThePortInUseAndItsKey(String section) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Config config = config(Map.of("drover.node." + section + ".port", taken.getLocalPort()));
      assertThatThrownBy(() -> ControlNode.start(config))
          .isInstanceOf(NodeStartException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("drover.node." + section + ".port");
    }
  }

  @Test
  void shouldRefuseToListenOutsideLoopbackWithoutBeingTold() {
    Config config = config(Map.of("drover.node.http.host", "0.0.0.0"));
    assertThatThrownBy(() -> ControlNode.start(config))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("drover.node.http.host is 0.0.0.0")
        .hasMessageContaining("--insecure-bind");
  }

  @Test
  void shouldRefuseADatabaseThatLosesAcknowledgedChanges() {
    Config config = config(Map.of("drover.node.database.url", "jdbc:h2:file:./nowhere"));
    assertThatThrownBy(() -> ControlNode.start(config))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("WRITE_DELAY=0");
  }

  @Test
  void shouldRefuseAJournalOfANewerVersionAndSayWhichVersions(@TempDir Path folder) {
    DatabaseSettings database = TestDatabase.create(Kind.H2, folder);
    Database.open(database, EventSchema.VERSION + 1).close();
    Config config = config(Map.of("drover.node.database.url", database.url()));

    assertThatThrownBy(() -> ControlNode.start(config))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("events of version " + (EventSchema.VERSION + 1))
        .hasMessageContaining("reads up to " + EventSchema.VERSION);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "drover.node.htpp.port = 7000 | unknown key \"drover.node.htpp.port\"",
        "drover.entities.ask-timeout = 10 parsecs | 'ask-timeout': Could not parse time unit",
        "drover.migration.downtime-limit = soon | 'downtime-limit': No number",
        "drover.node.http.port = many | drover.node.http.port",
      })
  void shouldNameTheKeyOfASettingItDoesNotUnderstand(
      String line, String message, @TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("node.conf"), line);

    assertThatThrownBy(() -> ControlNode.start(SettingsFile.load(Optional.of(file))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldStopInOrderAndStartAgain() {
    Config config = config(Map.of());
    ControlNode first = ControlNode.start(config);
    first.close();
    first.close();
    assertThat(first.whenStopped()).isCompleted();
    ControlNode.start(config).close();
  }

  private static Config config(Map<String, Object> keys) {
    Map<String, Object> all = new HashMap<>();
    all.put("drover.node.cluster.port", 0);
    all.put("drover.node.http.port", 0);
    all.put("drover.node.gateway.port", 0);
    all.put("drover.node.database.url", "jdbc:h2:mem:" + System.nanoTime());
    all.putAll(keys);
    return ConfigFactory.parseMap(all).withFallback(SettingsFile.load(Optional.empty())).resolve();
  }
}
