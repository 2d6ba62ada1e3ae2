package io.drover.http.route;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.HostView;
import io.drover.actor.api.OperationView;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.DrainJson;
import io.drover.http.model.FenceJson;
import io.drover.http.model.HostJson;
import io.drover.http.model.NothingJson;
import io.drover.http.model.OperationJson;
import io.drover.http.model.PageJson;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/hosts}. */
public final class HostRoutes {
  private final ControlPlane controlPlane;
  private final FleetViews views;

  public HostRoutes(ControlPlane controlPlane, FleetViews views) {
    this.controlPlane = controlPlane;
    this.views = views;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/hosts", this::list, "area", "limit", "cursor"),
        Endpoint.get("/v1/hosts/{host}", call -> answer(call, controlPlane::host)),
        Endpoint.post("/v1/hosts/{host}:cordon", call -> change(call, controlPlane::cordon)),
        Endpoint.post("/v1/hosts/{host}:uncordon", call -> change(call, controlPlane::uncordon)),
        Endpoint.post("/v1/hosts/{host}:drain", call -> operate(call, controlPlane::drain)),
        Endpoint.post(
            "/v1/hosts/{host}:drain-abort", call -> operate(call, controlPlane::abortDrain)),
        Endpoint.get("/v1/hosts/{host}/drain", this::showDrain),
        Endpoint.post("/v1/hosts/{host}:fence", this::fence));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return views
        .hosts(call.query("area", AreaId::new), call.page(HostId::parse))
        .thenApply(page -> Reply.ok(PageJson.from(page, HostJson::from)));
  }

  private CompletionStage<HttpResponse> fence(Call call) {
    String reason = call.body(FenceJson.class).checkedReason();
    Terms terms = call.terms();
    return answer(call, host -> controlPlane.confirmOff(host, reason, terms));
  }

  private static CompletionStage<HttpResponse> change(
      Call call, BiFunction<HostId, Terms, CompletionStage<HostView>> change) {
    call.body(NothingJson.class, NothingJson.NOTHING);
    Terms terms = call.terms();
    return answer(call, host -> change.apply(host, terms));
  }

  private static CompletionStage<HttpResponse> operate(
      Call call, BiFunction<HostId, Terms, CompletionStage<OperationView>> change) {
    HostId host = call.id("host", HostId::parse);
    call.body(NothingJson.class, NothingJson.NOTHING);
    return change
        .apply(host, call.terms())
        .thenApply(operation -> Reply.accepted(operation.id(), OperationJson.from(operation)));
  }

  private CompletionStage<HttpResponse> showDrain(Call call) {
    return controlPlane
        .drainOf(call.id("host", HostId::parse))
        .thenApply(drain -> Reply.ok(DrainJson.from(drain)));
  }

  private static CompletionStage<HttpResponse> answer(
      Call call, Function<HostId, CompletionStage<HostView>> question) {
    return question
        .apply(call.id("host", HostId::parse))
        .thenApply(host -> Reply.withEtag(Reply.ok(HostJson.from(host)), host.version()));
  }
}
