package io.drover.http.exchange;

import io.drover.http.node.LocalNode;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Finds the endpoint of a request, reads its body, and turns every failure into a problem. */
public final class Dispatcher {
  /** No request of the contract comes near it; it keeps a client from filling the heap. */
  public static final int BODY_LIMIT_BYTES = 64 * 1024;

  /** Longer than any ask behind it, so that their own answer is heard first. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

  private final List<Endpoint> endpoints;
  private final Failures failures;
  private final ClassicActorSystemProvider system;
  private final LocalNode node;

  /**
   * Of these endpoints.
   *
   * @param node told of every answer
   */
  public Dispatcher(List<Endpoint> endpoints, ClassicActorSystemProvider system, LocalNode node) {
    this.endpoints = List.copyOf(endpoints);
    this.failures = new Failures();
    this.system = system;
    this.node = node;
  }

  /** Answers; the stage never completes exceptionally. */
  public CompletionStage<HttpResponse> handle(HttpRequest request) {
    long startNs = System.nanoTime();
    Asked[] asked = {Asked.NOTHING}; // written before the answer can be there
    return answerOrProblem(request, endpoint -> asked[0] = Asked.of(endpoint))
        .whenComplete((response, _) ->
            node.answered(
                asked[0].method(),
                asked[0].route(),
                response.status().intValue(),
                Duration.ofNanos(System.nanoTime() - startNs)));
  }

  private record Asked(String method, String route) {
    static final Asked NOTHING = new Asked("", "");

    static Asked of(Endpoint endpoint) {
      return new Asked(endpoint.method().value(), endpoint.path().toString());
    }
  }

  private CompletionStage<HttpResponse> answerOrProblem(
      HttpRequest request, Consumer<Endpoint> asked) {
    CompletionStage<HttpResponse> answer;
    try {
      answer = answer(request, asked);
    } catch (RuntimeException e) {
      request.discardEntityBytes(system);
      answer = CompletableFuture.failedStage(e);
    }
    return answer.exceptionally(failure -> failures.response(request, failure));
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request, Consumer<Endpoint> asked) {
    List<String> path = new ArrayList<>();
    request.getUri().pathSegments().forEach(path::add);
    if (path.isEmpty() || request.getUri().path().endsWith("/")) {
      throw noSuchRoute(request); // pathSegments drops the last slash
    }
    TreeSet<String> allowed = new TreeSet<>();
    for (Endpoint endpoint : endpoints) {
      Optional<Map<String, String>> variables = endpoint.path().match(path);
      if (variables.isPresent() && endpoint.method().equals(request.method())) {
        asked.accept(endpoint);
        return call(endpoint, request, variables.get());
      }
      variables.ifPresent(_ -> allowed.add(endpoint.method().value()));
    }
    if (allowed.isEmpty()) {
      throw noSuchRoute(request);
    }
    return CompletableFuture.completedStage(refuseMethod(request, String.join(", ", allowed)));
  }

  private static ProblemException noSuchRoute(HttpRequest request) {
    return new ProblemException(
        ProblemType.NO_SUCH_ROUTE,
        "no route " + request.getUri().path() + "; see /openapi.yaml",
        Map.of());
  }

  private HttpResponse refuseMethod(HttpRequest request, String allowed) {
    request.discardEntityBytes(system);
    String detail =
        "%s knows %s, not %s".formatted(request.getUri().path(), allowed, request.method().value());
    return failures
        .response(
            request,
            new ProblemException(
                ProblemType.METHOD_NOT_ALLOWED, detail, Map.of("allowed", allowed)))
        .addHeader(RawHeader.create("Allow", allowed));
  }

  private CompletionStage<HttpResponse> call(
      Endpoint endpoint, HttpRequest request, Map<String, String> variables) {
    for (String parameter : request.getUri().query().toMultiMap().keySet()) {
      if (!endpoint.query().contains(parameter)) {
        throw ProblemException.invalid(
            parameter,
            "unknown query parameter \"%s\"; known: %s"
                .formatted(parameter, new TreeSet<>(endpoint.query())));
      }
    }
    if (endpoint.body() == Endpoint.Body.STREAMED) {
      return endpoint.handler().handle(new Call(request, variables, HttpEntities.EMPTY));
    }
    return body(request)
        .thenCompose(body -> endpoint.handler().handle(new Call(request, variables, body)))
        .toCompletableFuture()
        .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private CompletionStage<HttpEntity.Strict> body(HttpRequest request) {
    if (request.method().equals(HttpMethods.GET) || request.entity().isKnownEmpty()) {
      request.discardEntityBytes(system);
      return CompletableFuture.completedStage(HttpEntities.EMPTY);
    }
    if (request.entity().getContentLengthOption().orElse(0) > BODY_LIMIT_BYTES) {
      throw Failures.bodyTooLarge();
    }
    return request
        .entity()
        .toStrict(BODY_TIMEOUT.toMillis(), BODY_LIMIT_BYTES, system)
        .exceptionallyCompose(
            failure -> CompletableFuture.failedStage(Failures.ofBody(failure, BODY_TIMEOUT)));
  }
}
