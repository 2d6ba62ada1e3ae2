package io.drover.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.drover.http.node.LocalNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ServerBinding;

/** A bound API over an {@link InMemoryFleet}; every exchange is held against the contract. */
final class ApiFixture implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final InMemoryFleet fleet = new InMemoryFleet();
  final Node node = new Node();
  final Contract contract = Contract.load();
  final HttpClient http = HttpClient.newHttpClient();
  final ActorTestKit kit =
      ActorTestKit.create("api", ConfigFactory.parseString("pekko.loglevel = WARNING"));
  private final ServerBinding binding;

  ApiFixture() {
    binding = ApiServer.bind(kit.system(), ports(), "127.0.0.1", 0).toCompletableFuture().join();
  }

  ApiServer.Ports ports() {
    return new ApiServer.Ports(fleet, fleet, fleet.images, node);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + binding.localAddress().getPort() + path);
  }

  Answer get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Answer post(String path, String json, String... headers) {
    return send("POST", path, json, headers);
  }

  Answer send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(10));
    if (!body.isEmpty()) {
      request.setHeader("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (!method.equals("HEAD")) {
        contract.check(method, path, response);
      }
      return new Answer(response);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  /** A VM of the usual kind; returns its id. */
  String createVm(String name) {
    return post("/v1/vms", newVm(name)).text("id");
  }

  static String newVm(String name) {
    return """
    {"name":"%s","area":"north","image":"pulse","cpuMillis":100,"memoryBytes":67108864,\
    "arguments":{"beatMs":"1"}}\
    """
        .formatted(name);
  }

  @Override
  public void close() {
    http.close();
    kit.shutdownTestKit();
  }

  /** An answer and its body as JSON. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      try {
        return MAPPER.readTree(response.body());
      } catch (IOException e) {
        throw new AssertionError(response.body(), e);
      }
    }

    String text(String pointer) {
      return json().at("/" + pointer).asText();
    }

    /** The last part of the problem's type. */
    String problem() {
      return text("type").replace("urn:drover:problem:", "");
    }

    String field() {
      return text("facts/field");
    }
  }

  /** A node whose readiness a test sets. */
  static final class Node implements LocalNode {
    volatile boolean ready = true;
    final Queue<String> answers = new ConcurrentLinkedQueue<>();

    @Override
    public String name() {
      return "control-1";
    }

    @Override
    public String area() {
      return "north";
    }

    @Override
    public String version() {
      return "0.1.0";
    }

    @Override
    public List<Check> readiness() {
      return List.of(
          new Check("journal", true, ""),
          new Check("cluster", ready, ready ? "" : "waiting for the cluster"));
    }

    @Override
    public String metrics() {
      return "# TYPE drover_vms gauge\ndrover_vms 3\n";
    }

    @Override
    public RequestClasses requestClasses() {
      return new RequestClasses(1, Map.of("stop", Map.of("PRE_COPY", "CANCEL_MIGRATION")));
    }

    @Override
    public void answered(String method, String route, int status, Duration took) {
      answers.add(method + " " + route + " " + status);
    }
  }
}
