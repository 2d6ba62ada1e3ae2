package io.drover.http.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.HealthJson;
import io.drover.http.node.LocalNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** What the node says about itself: health, metrics, request classes, and the contract. */
public final class HealthRoutes {
  private static final ContentType METRICS =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "text", "plain", HttpCharsets.UTF_8, Map.of("version", "0.0.4"), false));
  private static final ContentType YAML =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "application", "yaml", HttpCharsets.UTF_8, Map.of(), false));

  private final LocalNode node;
  private final byte[] contract = contract();

  public HealthRoutes(LocalNode node) {
    this.node = node;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/health/live", _ -> live()),
        Endpoint.get("/health/ready", _ -> ready()),
        Endpoint.get("/metrics", _ -> text(METRICS, node.metrics().getBytes(UTF_8))),
        Endpoint.get("/openapi.yaml", _ -> text(YAML, contract)),
        Endpoint.get("/v1/request-classes", _ -> done(Reply.ok(node.requestClasses()))));
  }

  private CompletionStage<HttpResponse> live() {
    return done(Reply.ok(Map.of("live", true)));
  }

  private CompletionStage<HttpResponse> ready() {
    HealthJson health = HealthJson.from(node);
    return done(
        Reply.json(
            (health.ready() ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE).intValue(),
            health));
  }

  private static CompletionStage<HttpResponse> text(ContentType type, byte[] text) {
    return done(HttpResponse.create().withEntity(HttpEntities.create(type, text)));
  }

  private static CompletionStage<HttpResponse> done(HttpResponse response) {
    return CompletableFuture.completedStage(response);
  }

  private static byte[] contract() {
    try (InputStream in = HealthRoutes.class.getResourceAsStream("/openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("openapi.yaml is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
