package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ConsoleView;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.HostView;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.area.FleetSight;
import io.drover.actor.host.Host;
import io.drover.actor.operation.Operation;
import io.drover.actor.vm.Vm;
import io.drover.actor.vm.Vm.Work;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** The control plane over the sharded entities. Safe on any thread. */
public final class ShardedControlPlane implements ControlPlane {
  /** Refusals of whoever places a VM. */
  private static final Set<Refusal.Kind> NOT_CREATED =
      EnumSet.of(Refusal.Kind.NO_CAPACITY, Refusal.Kind.NOT_FOUND, Refusal.Kind.INVALID);

  private final Routes routes;
  private final Ids ids;
  private final ImageStore images;
  private final ImageCalls imageCalls;
  private final OnceCalls once;
  private final AreaCalls areas;
  private final VmCalls vms;
  private final MigrationCalls migrations;
  private final HostCalls hosts;
  private final DrainCalls drains;
  private final DrillCalls drills;
  private final ArmingCalls arming;
  private final Map<AreaId, Integer> cellsOfArea = new ConcurrentHashMap<>(); // never change

  /**
   * The facade.
   *
   * @param sight of the other nodes
   * @param images that came through the API
   */
  public ShardedControlPlane(
      Routes routes, Ids ids, FleetSight sight, ImageStore images, InstantSource clock) {
    this.routes = routes;
    this.ids = ids;
    this.images = images;
    this.imageCalls = new ImageCalls(routes, images, clock);
    this.once = new OnceCalls(routes);
    this.arming = new ArmingCalls(routes, once);
    this.drills = new DrillCalls(routes, ids, once);
    this.areas = new AreaCalls(routes, sight, once, arming, drills);
    this.vms = new VmCalls(routes, ids, once);
    this.migrations = new MigrationCalls(routes, ids, once);
    this.hosts = new HostCalls(routes, once);
    this.drains = new DrainCalls(routes, ids, once);
  }

  @Override
  public CompletionStage<VmView> createVm(NewVm request, Optional<String> idempotencyKey) {
    Resources resources = request.spec().resources();
    if (resources.cpuMillis() == 0 || resources.memory().bytes() == 0) {
      return Calls.refused(
          Refusal.Kind.INVALID, "cpu and memory must be above 0, not " + resources);
    }
    if (request.host().filter(h -> !h.area().equals(request.area())).isPresent()) {
      return Calls.refused(
          Refusal.Kind.INVALID,
          "host %s is not in area %s".formatted(request.host().get(), request.area()));
    }
    String tail =
        idempotencyKey
            .map(key -> Ids.derived(String.join("\n", "vm", request.area().name(), key)))
            .orElseGet(ids::next);
    return cells(request.area())
        .thenCompose(cells -> {
          VmId vm = new VmId(CellId.ofName(request.area(), tail, cells), tail);
          Optional<Refusal> unmanaged = areas.unmanaged(vm.cell());
          if (unmanaged.isPresent()) {
            return Calls.refused(unmanaged.get());
          }
          return images
              .pin(request.spec().image(), vm)
              .thenCompose(pin ->
                  create(vm, request.pinned(pin))
                      .whenComplete((_, failure) -> {
                        if (pin.isPresent() && isNotCreated(failure)) {
                          var _ = images.unpin(request.spec().image(), vm);
                        }
                      }));
        });
  }

  private CompletionStage<VmView> create(VmId vm, NewVm request) {
    return Calls.change(
            askVm(
                vm, replyTo -> new Vm.Request.Create(request, RequestDigest.of(request), replyTo)),
            "create " + vm)
        .thenCompose(VmAnswers::shown);
  }

  /** It was not created, and whoever asks again under the same key notes it again. */
  private static boolean isNotCreated(@Nullable Throwable failure) {
    return Calls.refusal(failure).map(Refusal::kind).filter(NOT_CREATED::contains).isPresent();
  }

  @Override
  public CompletionStage<VmView> vm(VmId vm) {
    return VmAnswers.look(routes, vm);
  }

  @Override
  public CompletionStage<OperationView> startVm(VmId vm, Terms terms) {
    return vms.operate(vm, Work.START, Duration.ZERO, terms);
  }

  @Override
  public CompletionStage<OperationView> stopVm(VmId vm, Duration grace, Terms terms) {
    return vms.operate(vm, Work.STOP, grace, terms);
  }

  @Override
  public CompletionStage<OperationView> rebootVm(VmId vm, Terms terms) {
    return vms.operate(vm, Work.REBOOT, Duration.ZERO, terms);
  }

  @Override
  public CompletionStage<OperationView> deleteVm(VmId vm, Terms terms) {
    return vms.operate(vm, Work.DELETE, Duration.ZERO, terms);
  }

  @Override
  public CompletionStage<OperationView> operation(OperationId operation) {
    CompletionStage<Operation.Subject> found =
        routes.ask(Operation.TYPE_KEY, operation.text(), Operation.Command.Find::new);
    return Calls.read(found, "operation " + operation)
        .thenCompose(subject ->
            subject
                .vm()
                .map(vm -> vms.operation(vm, operation))
                .or(() -> subject.host().map(host -> drains.operation(host, operation)))
                .or(() -> subject.area().map(area -> drills.operation(area, operation)))
                .orElseGet(
                    () -> Calls.refused(Refusal.Kind.NOT_FOUND, "no operation " + operation)));
  }

  @Override
  public CompletionStage<ConsoleView> console(VmId vm, long fromOffset, int maxBytes) {
    return vms.console(vm, fromOffset, maxBytes);
  }

  @Override
  public CompletionStage<MigrationView> migrate(VmId vm, MigrateRequest request, Terms terms) {
    return request
        .target()
        .map(HostId::area)
        .or(request::area)
        .map(this::cells)
        .orElseGet(() -> CompletableFuture.completedStage(0))
        .thenCompose(_ -> migrations.start(vm, request, terms));
  }

  @Override
  public CompletionStage<MigrationView> migration(MigrationId migration) {
    return migrations.look(migration);
  }

  @Override
  public CompletionStage<MigrationView> cancelMigration(MigrationId migration, Terms terms) {
    return migrations.cancel(migration, terms);
  }

  @Override
  public CompletionStage<HostView> host(HostId host) {
    return hosts.look(host);
  }

  @Override
  public CompletionStage<HostView> cordon(HostId host, Terms terms) {
    return hosts.change(host, "cordon", Host.Command.Cordon::new, terms);
  }

  @Override
  public CompletionStage<HostView> uncordon(HostId host, Terms terms) {
    return hosts.change(host, "uncordon", Host.Command.Uncordon::new, terms);
  }

  @Override
  public CompletionStage<HostView> confirmOff(HostId host, String reason, Terms terms) {
    return hosts.change(
        host,
        "confirm off: " + reason,
        replyTo -> new Host.Command.ConfirmOff(reason, replyTo),
        terms);
  }

  @Override
  public CompletionStage<OperationView> drain(HostId host, Terms terms) {
    return host(host).thenCompose(view -> drains.start(view, terms));
  }

  @Override
  public CompletionStage<OperationView> abortDrain(HostId host, Terms terms) {
    return drains.abort(host, terms);
  }

  @Override
  public CompletionStage<DrainView> drainOf(HostId host) {
    return drains.look(host);
  }

  @Override
  public CompletionStage<AreaView> area(AreaId area) {
    return areas.view(area);
  }

  @Override
  public CompletionStage<AreaView> changeArea(AreaId area, AreaChange change, Terms terms) {
    return areas.change(area, change, terms);
  }

  @Override
  public CompletionStage<AreaView> failOver(
      AreaId area, Optional<AreaId> to, String reason, Terms terms) {
    return areas.failOver(area, to, reason, terms);
  }

  @Override
  public CompletionStage<AreaView> recall(AreaId lender, String reason, Terms terms) {
    return areas.recall(lender, reason, terms);
  }

  @Override
  public CompletionStage<AreaView> failBack(AreaId area, String reason, Terms terms) {
    return areas.failBack(area, reason, terms);
  }

  @Override
  public CompletionStage<OperationView> drill(AreaId area, Optional<AreaId> to, Terms terms) {
    return areas.look(area).thenCompose(_ -> drills.start(area, to, terms));
  }

  @Override
  public CompletionStage<OperationView> abortDrill(AreaId area, Terms terms) {
    return drills.abort(area, terms);
  }

  @Override
  public CompletionStage<DrillView> drillOf(AreaId area) {
    return drills.look(area);
  }

  @Override
  public CompletionStage<ArmingView> arm(AreaId area, boolean force, Optional<String> key) {
    return areas.look(area).thenCompose(_ -> arming.arm(area, force, key));
  }

  @Override
  public CompletionStage<ArmingView> disarm(AreaId area, Disarming how, Optional<String> key) {
    return areas.look(area).thenCompose(_ -> arming.disarm(area, how, key));
  }

  @Override
  public CompletionStage<Void> deleteImage(String name, Optional<String> idempotencyKey) {
    return imageCalls.delete(name, idempotencyKey);
  }

  private CompletionStage<Integer> cells(AreaId area) {
    Integer known = cellsOfArea.get(area);
    return known != null
        ? CompletableFuture.completedStage(known)
        : areas
            .look(area)
            .thenApply(shown -> {
              cellsOfArea.put(area, shown.management().cells());
              return shown.management().cells();
            });
  }

  private CompletionStage<Vm.Reply> askVm(
      VmId vm, Function<ActorRef<Vm.Reply>, Vm.Command> command) {
    return routes.ask(Vm.TYPE_KEY, vm.text(), command);
  }
}
