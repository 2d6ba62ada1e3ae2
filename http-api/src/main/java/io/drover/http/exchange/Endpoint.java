package io.drover.http.exchange;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One operation of the contract. The routes are a list of these rather than nested directives, so
 * that a test can compare them with {@code openapi.yaml} one by one.
 *
 * @param query the query parameters it knows; others are refused
 * @param body how a request's body is taken
 */
public record Endpoint(
    HttpMethod method, PathTemplate path, Set<String> query, Body body, Handler handler) {
  public Endpoint {
    query = Set.copyOf(query);
  }

  /** How the body of a request is taken. */
  public enum Body {
    /** As a whole, within the dispatcher's limits of size and time. */
    WHOLE,
    /** By the handler, as it comes, for as long as it takes. */
    STREAMED
  }

  /** Answers a call; may throw instead of completing exceptionally. Must not block. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<HttpResponse> handle(Call call);
  }

  public static Endpoint get(String path, Handler handler, String... query) {
    return new Endpoint(
        HttpMethods.GET, new PathTemplate(path), Set.of(query), Body.WHOLE, handler);
  }

  public static Endpoint post(String path, Handler handler) {
    return new Endpoint(HttpMethods.POST, new PathTemplate(path), Set.of(), Body.WHOLE, handler);
  }

  public static Endpoint patch(String path, Handler handler) {
    return new Endpoint(HttpMethods.PATCH, new PathTemplate(path), Set.of(), Body.WHOLE, handler);
  }

  /** A POST whose body may be of any size. */
  public static Endpoint upload(String path, Handler handler, String... query) {
    return new Endpoint(
        HttpMethods.POST, new PathTemplate(path), Set.of(query), Body.STREAMED, handler);
  }

  public static Endpoint delete(String path, Handler handler) {
    return new Endpoint(HttpMethods.DELETE, new PathTemplate(path), Set.of(), Body.WHOLE, handler);
  }
}
