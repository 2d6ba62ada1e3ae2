package io.drover.http.route;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.FleetViews.VmFilter;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.VmView;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.MigrateJson;
import io.drover.http.model.MigrationJson;
import io.drover.http.model.NewVmJson;
import io.drover.http.model.NothingJson;
import io.drover.http.model.OperationJson;
import io.drover.http.model.PageJson;
import io.drover.http.model.StopJson;
import io.drover.http.model.VmJson;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/vms}. */
public final class VmRoutes {
  private final ControlPlane controlPlane;
  private final FleetViews views;

  public VmRoutes(ControlPlane controlPlane, FleetViews views) {
    this.controlPlane = controlPlane;
    this.views = views;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post("/v1/vms", this::create),
        Endpoint.get("/v1/vms", this::list, "area", "host", "phase", "limit", "cursor"),
        Endpoint.get("/v1/vms/{vm}", this::show),
        Endpoint.delete("/v1/vms/{vm}", call -> operate(call, controlPlane::deleteVm)),
        Endpoint.post("/v1/vms/{vm}:start", call -> operate(call, controlPlane::startVm)),
        Endpoint.post("/v1/vms/{vm}:reboot", call -> operate(call, controlPlane::rebootVm)),
        Endpoint.post("/v1/vms/{vm}:stop", this::stop),
        Endpoint.post("/v1/vms/{vm}:migrate", this::migrate));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    NewVm request = call.body(NewVmJson.class).toRequest();
    return controlPlane
        .createVm(request, call.idempotencyKey())
        .exceptionallyCompose(failure -> new TooSmall(views).explain(request, failure))
        .thenApply(vm ->
            Reply.withEtag(Reply.created("/v1/vms/" + vm.id(), VmJson.from(vm)), vm.version()));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    VmFilter filter =
        new VmFilter(
            call.query("area", AreaId::new),
            call.query("host", HostId::parse).map(HostId::text),
            call.query("phase", VmRoutes::phase).map(VmView.Phase::name));
    return views
        .vms(filter, call.page(VmId::parse))
        .thenApply(page -> Reply.ok(PageJson.from(page, VmJson::from)));
  }

  private static VmView.Phase phase(String text) {
    try {
      return VmView.Phase.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "phase must be one of %s, not \"%s\"".formatted(List.of(VmView.Phase.values()), text), e);
    }
  }

  private CompletionStage<HttpResponse> show(Call call) {
    VmId id = call.id("vm", VmId::parse);
    OptionalLong known = call.ifNoneMatch();
    return controlPlane
        .vm(id)
        .thenApply(vm ->
            known.isPresent() && known.getAsLong() == vm.version()
                ? Reply.notModified(vm.version())
                : Reply.withEtag(Reply.ok(VmJson.from(vm)), vm.version()));
  }

  private CompletionStage<HttpResponse> operate(
      Call call, BiFunction<VmId, Terms, CompletionStage<OperationView>> operation) {
    VmId vm = call.id("vm", VmId::parse);
    call.body(NothingJson.class, NothingJson.NOTHING);
    return operation.apply(vm, call.terms()).thenApply(VmRoutes::accepted);
  }

  private CompletionStage<HttpResponse> stop(Call call) {
    VmId vm = call.id("vm", VmId::parse);
    Duration grace = call.body(StopJson.class, StopJson.DEFAULT).grace();
    return controlPlane.stopVm(vm, grace, call.terms()).thenApply(VmRoutes::accepted);
  }

  private CompletionStage<HttpResponse> migrate(Call call) {
    VmId vm = call.id("vm", VmId::parse);
    var request = call.body(MigrateJson.class, MigrateJson.ANYWHERE).toRequest();
    return controlPlane
        .migrate(vm, request, call.terms())
        .thenApply(
            migration -> Reply.accepted(migration.id().text(), MigrationJson.from(migration)));
  }

  private static HttpResponse accepted(OperationView operation) {
    return Reply.accepted(operation.id(), OperationJson.from(operation));
  }
}
