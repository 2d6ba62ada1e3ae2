package io.drover.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * The HTTP API of one control node. A problem becomes a {@link RefusedException}, silence an {@link
 * UnreachableException}.
 */
public final class Api {
  public static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Above the server's own limit of 30 s, so that its answer is heard. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(40);

  private static final String KEY = "Idempotency-Key";

  private static final int ATTEMPT_LIMIT = 3;
  private static final int PAGE_SIZE = 500;

  private final String server;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();

  /**
   * Speaks to one server; connects with the first request.
   *
   * @param server {@code http://host:port}
   * @throws IllegalArgumentException when that is no such URL
   */
  public Api(String server) {
    URI uri = URI.create(server);
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw new IllegalArgumentException(
          "not a server URL: " + server + " (expected http://host:port)");
    }
    this.server = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
  }

  public JsonNode get(String path) {
    return json(send(request(path).GET()));
  }

  /** Asks to delete something. */
  public JsonNode delete(String path) {
    return once(request(path).DELETE(), newKey());
  }

  /** Asks for an action that takes no body. */
  public JsonNode post(String path) {
    return once(request(path).POST(HttpRequest.BodyPublishers.noBody()), newKey());
  }

  /** Asks for a change with a body. */
  public JsonNode post(String path, JsonNode body) {
    return post(path, body, newKey());
  }

  /** As above, under a key that the caller keeps. */
  public JsonNode post(String path, JsonNode body, String idempotencyKey) {
    return once(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())),
        idempotencyKey);
  }

  /** Asks to change some fields of a thing. */
  public JsonNode patch(String path, JsonNode body) {
    return once(
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body.toString())),
        newKey());
  }

  private static String newKey() {
    return UUID.randomUUID().toString();
  }

  /**
   * Sends a file.
   *
   * @param contentDigest as in RFC 9530
   * @param sent told how many bytes have been sent, now and then; on any thread
   */
  public JsonNode upload(String path, Path file, String contentDigest, LongConsumer sent)
      throws FileNotFoundException {
    return json(
        send(
            HttpRequest.newBuilder(URI.create(server + path)) // takes as long as it takes
                .header("Accept", "application/json")
                .header("Content-Type", "application/octet-stream")
                .header("Content-Digest", contentDigest)
                .expectContinue(true) // an image that cannot be is refused before it is sent
                .header(KEY, newKey())
                .POST(new CountedBody(HttpRequest.BodyPublishers.ofFile(file), sent))));
  }

  /**
   * Asks for a change that the server does once for the key, however often it is asked: on silence
   * or an unknown outcome it is asked again.
   */
  private JsonNode once(HttpRequest.Builder change, String idempotencyKey) {
    HttpRequest.Builder request = change.header(KEY, idempotencyKey);
    for (int attempt = 1; ; attempt++) {
      try {
        return json(send(request));
      } catch (UnreachableException e) {
        if (attempt == ATTEMPT_LIMIT) {
          throw e;
        }
      } catch (RefusedException e) {
        if (attempt == ATTEMPT_LIMIT || !e.is("unknown-outcome")) {
          throw e;
        }
      }
    }
  }

  /** All items of a list, page by page. */
  public List<JsonNode> list(String path, Map<String, String> query) {
    List<JsonNode> items = new ArrayList<>();
    String cursor = "";
    do {
      StringBuilder target = new StringBuilder(path).append("?limit=").append(PAGE_SIZE);
      query.forEach((name, value) -> target.append(parameter(name, value)));
      if (!cursor.isEmpty()) {
        target.append(parameter("cursor", cursor));
      }
      JsonNode page = get(target.toString());
      page.path("items").forEach(items::add);
      cursor = page.path("next").asText();
    } while (!cursor.isEmpty());
    return items;
  }

  private static String parameter(String name, String value) {
    return "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** An answer that goes on; the caller closes it. */
  public HttpResponse<InputStream> stream(String path, Map<String, String> headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path)).GET();
    headers.forEach(request::header);
    return checked(exchange(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
  }

  private HttpResponse<InputStream> checked(HttpResponse<InputStream> response) {
    if (response.statusCode() == 200) {
      return response;
    }
    try (InputStream body = response.body()) {
      String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      throw refused(response.statusCode(), text);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server + path))
        .timeout(ANSWER_TIMEOUT)
        .header("Accept", "application/json");
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    return exchange(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(e);
    }
  }

  private UnreachableException unreachable(Exception e) {
    String why =
        e instanceof ConnectException
            ? "cannot connect; --server or DROVER_SERVER names another one"
            : Optional.ofNullable(e.getMessage()).orElseGet(() -> e.getClass().getSimpleName());
    return new UnreachableException("no answer from %s (%s)".formatted(server, why), e);
  }

  private JsonNode json(HttpResponse<String> response) {
    if (response.statusCode() >= 400) {
      throw refused(response.statusCode(), response.body());
    }
    if (response.body().isEmpty()) {
      return JSON.createObjectNode(); // done, and nothing to show
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException _) {
      throw notDrover(response.statusCode());
    }
  }

  private RefusedException refused(int status, String body) {
    try {
      JsonNode problem = JSON.readTree(body);
      return problem.has("type") ? new RefusedException(problem) : notDrover(status);
    } catch (JsonProcessingException _) {
      return notDrover(status);
    }
  }

  private RefusedException notDrover(int status) {
    return new RefusedException(
        JSON.createObjectNode()
            .put("type", "about:blank")
            .put("title", "Not an answer of Drover")
            .put("status", status)
            .put("detail", server + " does not answer like a control node of Drover"));
  }
}
