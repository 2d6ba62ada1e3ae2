package io.drover.multinode.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The HTTP API as a harness uses it: JSON in, JSON out, and waiting for something to become true.
 */
public final class FleetClient {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
  private static final int NOT_FOUND = 404;
  private static final Duration POLL = Duration.ofMillis(50);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();
  private final URI base;

  public FleetClient(URI base) {
    this.base = base;
  }

  public URI base() {
    return base;
  }

  /** A status and a body; the body is a missing node when the answer had none. */
  public record Answer(int status, JsonNode body) {
    public boolean isSuccess() {
      return status / 100 == 2;
    }

    /** The body of a 2xx answer; anything else is a failure that shows the problem. */
    public JsonNode expectSuccess(String what) {
      if (!isSuccess()) {
        throw new IllegalStateException(what + " was answered with " + status + ": " + body);
      }
      return body;
    }
  }

  public Answer get(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)).GET());
  }

  public Answer post(String path, JsonNode body) {
    return send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString())));
  }

  /** Sends, and does not wait: the node that should answer may be about to die. */
  public CompletableFuture<Integer> postAndForget(String path, JsonNode body) {
    return http.sendAsync(
            HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build(),
            BodyHandlers.discarding())
        .thenApply(HttpResponse::statusCode);
  }

  public Answer delete(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)).DELETE());
  }

  public ObjectNode object() {
    return json.createObjectNode();
  }

  /** Creates a VM and returns it. */
  public JsonNode createVm(
      String area,
      String name,
      String image,
      int cpuMillis,
      long memoryBytes,
      Map<String, String> arguments) {
    ObjectNode body = object().put("area", area).put("name", name).put("image", image);
    body.put("cpuMillis", cpuMillis).put("memoryBytes", memoryBytes);
    ObjectNode guestArguments = body.putObject("arguments");
    arguments.forEach(guestArguments::put);
    return post("/v1/vms", body).expectSuccess("creating VM " + name);
  }

  /** The id of a host by its area and name. */
  public String hostId(String area, String name) {
    JsonNode hosts = get("/v1/hosts?limit=500").expectSuccess("listing hosts").path("items");
    for (JsonNode host : hosts) {
      if (host.path("area").asText().equals(area) && host.path("name").asText().equals(name)) {
        return host.path("id").asText();
      }
    }
    throw new IllegalStateException("no host " + area + "/" + name + " in " + hosts);
  }

  public JsonNode vm(String id) {
    return get("/v1/vms/" + id).expectSuccess("reading " + id);
  }

  public JsonNode migration(String id) {
    return get("/v1/migrations/" + id).expectSuccess("reading " + id);
  }

  /**
   * Polls until the condition holds. Refused connections and 5xx answers count as "not yet": the
   * harness kills nodes.
   *
   * @throws NotReadyException with the last answer, when the limit passes first
   */
  public JsonNode await(String what, String path, Duration limit, Predicate<JsonNode> condition) {
    AtomicReference<String> last = new AtomicReference<>("no answer");
    JsonNode[] found = {object()};
    try {
      Awaitility.await(what)
          .atMost(limit)
          .pollDelay(Duration.ZERO)
          .pollInterval(POLL)
          .until(() -> holds(path, condition, last, found));
    } catch (ConditionTimeoutException e) {
      throw new NotReadyException(
          "waited %d s for %s at %s; last: %s"
              .formatted(limit.toSeconds(), what, base.resolve(path), last.get()),
          e);
    }
    return found[0];
  }

  private boolean holds(
      String path, Predicate<JsonNode> condition, AtomicReference<String> last, JsonNode[] found) {
    try {
      Answer answer = get(path);
      last.set(answer.status() + " " + answer.body());
      found[0] = answer.body();
      return answer.isSuccess() && condition.test(answer.body());
    } catch (UncheckedIOException e) {
      last.set(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** Deletes a VM and waits until nobody knows it any more. */
  public void deleteVm(String id, Duration limit) {
    String path = "/v1/vms/" + id;
    delete(path).expectSuccess("deleting " + id);
    Awaitility.await("the end of " + id)
        .atMost(limit)
        .pollInterval(POLL)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> get(path).status() == NOT_FOUND);
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(request.timeout(REQUEST_LIMIT).build(), BodyHandlers.ofString());
      String body = response.body();
      boolean isJson = response.headers().firstValue("Content-Type").orElse("").contains("json");
      return new Answer(
          response.statusCode(),
          isJson ? json.readTree(body) : json.getNodeFactory().textNode(body));
    } catch (ConnectException e) {
      throw new UncheckedIOException("cannot connect to " + base, e);
    } catch (IOException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
