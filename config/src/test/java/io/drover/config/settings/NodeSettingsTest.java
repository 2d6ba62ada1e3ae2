package io.drover.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NodeSettingsTest {
  @Test
  void shouldListenOnLoopbackByDefault() {
    NodeSettings node = read(Map.of());
    assertThat(node.http().isLoopback()).isTrue();
    assertThat(node.gateway().isLoopback()).isTrue();
    assertThat(node.cluster().isLoopback()).isTrue();
    assertThat(node.cells()).isEqualTo(8);
    assertThat(node.advertisedGateway()).isEmpty();
  }

  @Test
  void shouldReadListsGivenByIndex() {
    NodeSettings node =
        read(
            Map.of(
                "drover.node.cluster.seed-nodes.0", "127.0.0.1:7100",
                "drover.node.cluster.seed-nodes.1", "127.0.0.1:7101"));
    assertThat(node.seedNodes())
        .containsExactly(new BindAddress("127.0.0.1", 7100), new BindAddress("127.0.0.1", 7101));
  }

  @Test
  void shouldListenElsewhereOnlyWhenTold() {
    Map<String, Object> everywhere = Map.of("drover.node.gateway.host", "0.0.0.0");
    assertRefused(everywhere, "drover.node.gateway.host is 0.0.0.0");
    NodeSettings node =
        read(Map.of("drover.node.gateway.host", "0.0.0.0", "drover.node.insecure-bind", true));
    assertThat(node.gateway().isLoopback()).isFalse();
  }

  @Test
  void shouldRefuseAnH2ThatLosesAcknowledgedChanges() {
    assertRefused(Map.of("drover.node.database.url", "jdbc:h2:file:./x"), "WRITE_DELAY=0");
  }

  @Test
  void shouldNameTheKeyThatIsWrong() {
    assertRefused(Map.of("drover.node.name", "Not a name"), "drover.node.name");
    assertRefused(Map.of("drover.node.cells", 0), "drover.node.cells must be 1..100: 0");
    assertRefused(Map.of("drover.node.cells", "many"), "drover.node.cells");
    assertRefused(Map.of("drover.node.area", "North!"), "not an area id");
    assertRefused(Map.of("drover.node.http.port", 70_000), "a port must be 0..65535: 70000");
    assertRefused(Map.of("drover.node.database.kind", "oracle"), "must be h2 or postgresql");
    assertRefused(
        Map.of("drover.node.database.kind", "postgresql"),
        "drover.node.database.url must start with jdbc:postgresql:");
    assertRefused(Map.of("drover.node.database.pool", 1), "drover.node.database.pool");
    assertRefused(
        Map.of("drover.node.cluster.seed-nodes", List.of("nowhere")),
        "\"nowhere\" is not host:port");
  }

  @Test
  void shouldNotShowThePassword() {
    NodeSettings node = read(Map.of("drover.node.database.password", "hunter2"));
    assertThat(node.toString()).doesNotContain("hunter2");
  }

  private static void assertRefused(Map<String, Object> keys, String message) {
    assertThatThrownBy(() -> read(keys))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }

  private static NodeSettings read(Map<String, ?> keys) {
    return NodeSettings.from(
        ConfigFactory.parseMap(keys).withFallback(SettingsFile.load(Optional.empty())).resolve());
  }
}
