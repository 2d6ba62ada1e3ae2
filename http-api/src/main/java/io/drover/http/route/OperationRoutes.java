package io.drover.http.route;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.OperationView;
import io.drover.config.units.EntityId;
import io.drover.config.units.MalformedIdException;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.OperationJson;
import io.drover.http.model.PageJson;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/operations}: whatever a 202 named in its {@code Location}. */
public final class OperationRoutes {
  private final ControlPlane controlPlane;
  private final FleetViews views;

  public OperationRoutes(ControlPlane controlPlane, FleetViews views) {
    this.controlPlane = controlPlane;
    this.views = views;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/operations", this::list, "limit", "cursor"),
        Endpoint.get("/v1/operations/{operation}", this::show));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return views
        .operations(call.page(OperationRoutes::parse))
        .thenApply(page -> Reply.ok(PageJson.from(page, OperationJson::from)));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    EntityId id = call.id("operation", OperationRoutes::parse);
    CompletionStage<OperationJson> operation =
        id instanceof MigrationId migration
            ? controlPlane
                .migration(migration)
                .thenApply(OperationView::of)
                .thenApply(OperationJson::from)
            : controlPlane.operation((OperationId) id).thenApply(OperationJson::from);
    return operation.thenApply(Reply::ok);
  }

  private static EntityId parse(String text) {
    try {
      return text.startsWith("mig-") ? MigrationId.parse(text) : OperationId.parse(text);
    } catch (MalformedIdException e) {
      throw new IllegalArgumentException(
          "not an operation id: \"%s\" (expected op-<area>-<cell>-<ulid>, or a migration's id)"
              .formatted(text),
          e);
    }
  }
}
