package io.drover.http.route;

import io.drover.actor.api.AreaView;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.FleetViews;
import io.drover.config.units.AreaId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.AreaChangeJson;
import io.drover.http.model.AreaJson;
import io.drover.http.model.ArmJson;
import io.drover.http.model.ArmingJson;
import io.drover.http.model.DisarmJson;
import io.drover.http.model.DrillJson;
import io.drover.http.model.DrillRequestJson;
import io.drover.http.model.NothingJson;
import io.drover.http.model.OperationJson;
import io.drover.http.model.PageJson;
import io.drover.http.model.TakeoverJson;
import io.drover.http.problem.ProblemException;
import java.util.List;
import java.util.OptionalLong;
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
        Endpoint.patch("/v1/areas/{area}", this::change),
        Endpoint.post("/v1/areas/{area}:failover", this::failOver),
        Endpoint.post("/v1/areas/{area}:failback", this::failBack),
        Endpoint.post("/v1/areas/{area}:recall", this::recall),
        Endpoint.post("/v1/areas/{area}:drill", this::drill),
        Endpoint.post("/v1/areas/{area}:drill-abort", this::abortDrill),
        Endpoint.get("/v1/areas/{area}/drill", this::showDrill),
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
    return answer(controlPlane.area(area(call)));
  }

  private CompletionStage<HttpResponse> change(Call call) {
    var change = call.body(AreaChangeJson.class, AreaChangeJson.NOTHING).toChange();
    return answer(controlPlane.changeArea(area(call), change, call.terms()));
  }

  private CompletionStage<HttpResponse> failOver(Call call) {
    TakeoverJson body = call.body(TakeoverJson.class, TakeoverJson.DEFAULT);
    return answer(
        controlPlane.failOver(area(call), body.area(), body.reasonOr("asked for"), keyOnly(call)));
  }

  private CompletionStage<HttpResponse> failBack(Call call) {
    return answer(controlPlane.failBack(area(call), reason(call), keyOnly(call)));
  }

  private CompletionStage<HttpResponse> recall(Call call) {
    return answer(controlPlane.recall(area(call), reason(call), keyOnly(call)));
  }

  private CompletionStage<HttpResponse> drill(Call call) {
    DrillRequestJson body = call.body(DrillRequestJson.class, DrillRequestJson.DEFAULT);
    return controlPlane
        .drill(area(call), body.area(), keyOnly(call))
        .thenApply(o -> Reply.accepted(o.id(), OperationJson.from(o)));
  }

  private CompletionStage<HttpResponse> abortDrill(Call call) {
    call.body(NothingJson.class, NothingJson.NOTHING);
    return controlPlane
        .abortDrill(area(call), keyOnly(call))
        .thenApply(o -> Reply.accepted(o.id(), OperationJson.from(o)));
  }

  private CompletionStage<HttpResponse> showDrill(Call call) {
    return controlPlane.drillOf(area(call)).thenApply(drill -> Reply.ok(DrillJson.from(drill)));
  }

  private static String reason(Call call) {
    TakeoverJson body = call.body(TakeoverJson.class, TakeoverJson.DEFAULT);
    if (body.to().isPresent()) {
      throw ProblemException.invalid("to", "cells go to the area they belong to: leave \"to\" out");
    }
    return body.reasonOr("asked for");
  }

  /** Who runs an area is decided by what there is, not by what a client has read. */
  private static Terms keyOnly(Call call) {
    return new Terms(call.idempotencyKey(), OptionalLong.empty());
  }

  private static AreaId area(Call call) {
    return call.id("area", AreaId::new);
  }

  private static CompletionStage<HttpResponse> answer(CompletionStage<AreaView> area) {
    return area.thenApply(view -> Reply.withEtag(Reply.ok(AreaJson.from(view)), view.version()));
  }
}
