package io.drover.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that gives prepared answers; the last one for a request is given for ever. */
final class CannedServer implements AutoCloseable {
  /** Method, path and query of each request, with its body when it has one. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  final List<String> idempotencyKeys = new CopyOnWriteArrayList<>();
  final List<String> contentDigests = new CopyOnWriteArrayList<>();
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final HttpServer server;

  /**
   * What is sent for a request.
   *
   * @param missing bytes announced after the body that never come, as the connection breaks
   */
  record Answer(
      int status, String contentType, Map<String, String> headers, String body, int missing) {
    Answer(int status, String contentType, Map<String, String> headers, String body) {
      this(status, contentType, headers, body, 0);
    }
  }

  CannedServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The next answer to {@code GET /v1/vms?limit=500} is {@code answers/<name>.json}. */
  CannedServer on(String request, int status, String name) {
    String type = status >= 400 ? "application/problem+json" : "application/json";
    return on(request, new Answer(status, type, Map.of(), resource("answers/" + name + ".json")));
  }

  CannedServer on(String request, Answer answer) {
    answers.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(answer);
    return this;
  }

  static String resource(String path) {
    try (InputStream in = CannedServer.class.getResourceAsStream("/" + path)) {
      return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(body.isEmpty() ? request : request + " " + body);
    List<String> keys = exchange.getRequestHeaders().get("Idempotency-Key");
    if (keys != null) {
      idempotencyKeys.addAll(keys);
    }
    List<String> digests = exchange.getRequestHeaders().get("Content-Digest");
    if (digests != null) {
      contentDigests.addAll(digests);
    }
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    Deque<Answer> prepared = answers.get(request + " " + accept);
    if (prepared == null) {
      prepared = answers.getOrDefault(request, new ArrayDeque<>());
    }
    Answer answer = prepared.size() > 1 ? prepared.removeFirst() : prepared.peekFirst();
    if (answer == null) {
      answer = new Answer(500, "text/plain", Map.of(), "not prepared: " + request);
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(
        answer.status(), bytes.length == 0 ? -1 : bytes.length + answer.missing());
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
      exchange.getResponseBody().flush();
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
