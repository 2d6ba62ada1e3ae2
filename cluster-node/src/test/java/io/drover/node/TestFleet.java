package io.drover.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.agent.HostAgent;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.SettingsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Real nodes and agents in this JVM, over real sockets, driven through the HTTP API. */
final class TestFleet implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final DatabaseSettings database;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, ControlNode> nodes = new LinkedHashMap<>();
  private final Map<String, HostAgent> agents = new LinkedHashMap<>();

  TestFleet(Path folder, DatabaseSettings database) {
    this.folder = folder;
    this.database = database;
  }

  /** An answer of the API. */
  record Answer(int status, JsonNode body) {}

  ControlNode startNode(String name, String area, int gatewayPort) {
    Map<String, Object> keys = new HashMap<>();
    keys.put("drover.node.name", name);
    keys.put("drover.node.area", area);
    keys.put("drover.node.cluster.port", 0);
    keys.put("drover.node.http.port", 0);
    keys.put("drover.node.gateway.port", gatewayPort);
    keys.put(
        "drover.node.cluster.seed-nodes",
        nodes.values().stream().limit(1).map(node -> node.cluster().toString()).toList());
    keys.put("drover.node.database.kind", database.kind().toString());
    keys.put("drover.node.database.url", database.url());
    keys.put("drover.node.database.user", database.user());
    keys.put("drover.node.database.password", database.password());
    ControlNode node = ControlNode.start(config(keys));
    nodes.put(name, node);
    Awaitility.await().atMost(LIMIT).until(node::ready);
    return node;
  }

  void startAgent(String name, String area, List<String> gateways) {
    startAgent(name, area, gateways, Map.of());
  }

  /**
   * As above.
   *
   * @param others keys besides, or instead
   */
  void startAgent(String name, String area, List<String> gateways, Map<String, Object> others) {
    Map<String, Object> keys = new HashMap<>();
    keys.put("drover.agent.name", name);
    keys.put("drover.agent.area", area);
    keys.put("drover.agent.control-endpoints", gateways);
    keys.put("drover.agent.capacity.memory", "1GiB");
    keys.put("drover.agent.capacity.cpu-millis", 8000);
    keys.put("drover.agent.state-dir", folder.resolve("agent-" + name).toString());
    keys.put("drover.agent.images-dir", folder.resolve("images").toString());
    keys.put("drover.agent.lease.enabled", false); // a guard would kill the JVM of all tests
    keys.putAll(others);
    agents.put(name, HostAgent.start(config(keys)));
  }

  void stopNode(String name) {
    Optional.ofNullable(nodes.remove(name)).ifPresent(ControlNode::close);
  }

  void stopAgent(String name) {
    Optional.ofNullable(agents.remove(name)).ifPresent(HostAgent::close);
  }

  private static Config config(Map<String, Object> keys) {
    return ConfigFactory.parseMap(keys).withFallback(SettingsFile.load(Optional.empty())).resolve();
  }

  Answer get(String path) {
    return send("GET", path, "");
  }

  Answer post(String path, String body) {
    return send("POST", path, body);
  }

  Answer delete(String path) {
    return send("DELETE", path, "");
  }

  /** An image, as it is. */
  Answer upload(String path, byte[] image) {
    return send(
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(image)));
  }

  private URI uri(String path) {
    return URI.create("http://" + nodes.values().iterator().next().http() + path);
  }

  private Answer send(String method, String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  /** In the text format of Prometheus. */
  String metrics() {
    return exchange(HttpRequest.newBuilder(uri("/metrics"))).body();
  }

  private Answer send(HttpRequest.Builder builder) {
    HttpResponse<String> response = exchange(builder);
    try {
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> exchange(HttpRequest.Builder builder) {
    try {
      return http.send(builder.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks until the answer is as wanted; the last one is part of the failure. */
  JsonNode await(String path, String what, Predicate<JsonNode> wanted) {
    Answer[] last = new Answer[1];
    try {
      Awaitility.await(what)
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> {
            last[0] = get(path);
            return last[0].status() == 200 && wanted.test(last[0].body());
          });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(what + ": " + path + " says " + last[0], e);
    }
    return last[0].body();
  }

  @Override
  public void close() {
    agents.values().forEach(HostAgent::close);
    nodes.values().forEach(ControlNode::close);
    http.close();
  }
}
