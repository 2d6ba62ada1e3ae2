package io.drover.multinode.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * The HTTP API for a client that must know whether a request may have been done. Safe on any
 * thread.
 */
final class ApiClient implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

  /** Longer than the API's own limit, so that it is mostly the API that gives up. */
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(13);

  private static final int SERVER_ERROR = 500;
  private static final String UNAVAILABLE = "urn:drover:problem:unavailable";

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();

  /** What came of one attempt. */
  sealed interface Attempt {
    /** An answer that says for certain what was done or not. */
    record Answered(int status, JsonNode body) implements Attempt {
      boolean isSuccess() {
        return status / 100 == 2;
      }
    }

    /** It never reached anybody: nothing was done. */
    record NotSent(String reason) implements Attempt {}

    /** It may have been done. */
    record Unknown(String reason) implements Attempt {}
  }

  Attempt get(URI node, String path) {
    return send(HttpRequest.newBuilder(node.resolve(path)).GET());
  }

  Attempt post(URI node, String path, ObjectNode body, String key) {
    return send(
        HttpRequest.newBuilder(node.resolve(path))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body.toString())));
  }

  Attempt delete(URI node, String path, String key) {
    return send(HttpRequest.newBuilder(node.resolve(path)).header("Idempotency-Key", key).DELETE());
  }

  ObjectNode object() {
    return json.createObjectNode();
  }

  private Attempt send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(request.timeout(REQUEST_LIMIT).build(), BodyHandlers.ofString());
      return answered(response.statusCode(), json.readTree(response.body()));
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Attempt.NotSent(String.valueOf(e));
    } catch (IOException e) {
      return new Attempt.Unknown(String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Attempt.Unknown("interrupted");
    }
  }

  /** By the API's contract only an unavailable service says for certain that it did nothing. */
  private static Attempt answered(int status, JsonNode body) {
    if (status >= SERVER_ERROR && !UNAVAILABLE.equals(body.path("type").asText())) {
      return new Attempt.Unknown(status + " " + body.path("detail").asText());
    }
    return new Attempt.Answered(status, body);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
