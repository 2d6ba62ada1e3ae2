package io.drover.http.route;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetViews;
import io.drover.config.units.AreaId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.AreaJson;
import io.drover.http.model.ArmJson;
import io.drover.http.model.ArmingJson;
import io.drover.http.model.DisarmJson;
import io.drover.http.model.PageJson;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/areas}. */
public final class AreaRoutes {
  private final ControlPlane controlPlane;
  private final FleetViews views;

  public AreaRoutes(ControlPlane controlPlane, FleetViews views) {
    this.controlPlane = controlPlane;
    this.views = views;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/areas", this::list, "limit", "cursor"),
        Endpoint.get("/v1/areas/{area}", this::show),
        Endpoint.post("/v1/areas/{area}:arm", this::arm),
        Endpoint.post("/v1/areas/{area}:disarm", this::disarm));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return views
        .areas(call.page(AreaId::new))
        .thenApply(page -> Reply.ok(PageJson.from(page, AreaJson::from)));
  }

  private CompletionStage<HttpResponse> arm(Call call) {
    boolean force = call.body(ArmJson.class, ArmJson.DEFAULT).force().orElse(false);
    return controlPlane
        .arm(call.id("area", AreaId::new), force, call.idempotencyKey())
        .thenApply(arming -> Reply.ok(ArmingJson.from(arming)));
  }

  private CompletionStage<HttpResponse> disarm(Call call) {
    DisarmJson request = call.body(DisarmJson.class);
    return controlPlane
        .disarm(call.id("area", AreaId::new), request.toRequest(), call.idempotencyKey())
        .thenApply(arming -> Reply.ok(ArmingJson.from(arming)));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return controlPlane
        .area(call.id("area", AreaId::new))
        .thenApply(area -> Reply.withEtag(Reply.ok(AreaJson.from(area)), area.version()));
  }
}
