package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.ConsoleView;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.area.Area;
import io.drover.actor.host.Host;
import io.drover.actor.host.Host.OrderOutcome;
import io.drover.actor.operation.Operation;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/** The control plane over the sharded entities. Safe on any thread. */
public final class ShardedControlPlane implements ControlPlane {
  private static final Duration CONSOLE_DEADLINE = Duration.ofSeconds(5);

  private final Routes routes;
  private final Ids ids;
  private final ControlNodes nodes;
  private final MigrationCalls migrations;
  private final Map<AreaId, Integer> cellsOfArea = new ConcurrentHashMap<>(); // never change

  public ShardedControlPlane(Routes routes, Ids ids, ControlNodes nodes) {
    this.routes = routes;
    this.ids = ids;
    this.nodes = nodes;
    this.migrations = new MigrationCalls(routes, ids);
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
          return Calls.change(
              askVm(
                  vm,
                  replyTo -> new Vm.Request.Create(request, RequestDigest.of(request), replyTo)),
              "create " + vm);
        })
        .thenCompose(VmAnswers::shown);
  }

  @Override
  public CompletionStage<VmView> vm(VmId vm) {
    return VmAnswers.look(routes, vm);
  }

  @Override
  public CompletionStage<OperationView> startVm(VmId vm) {
    return operate(vm, operation -> replyTo -> new Vm.Request.Start(operation, replyTo));
  }

  @Override
  public CompletionStage<OperationView> stopVm(VmId vm, Duration grace) {
    return operate(vm, operation -> replyTo -> new Vm.Request.Stop(operation, grace, replyTo));
  }

  @Override
  public CompletionStage<OperationView> rebootVm(VmId vm) {
    return operate(vm, operation -> replyTo -> new Vm.Request.Reboot(operation, replyTo));
  }

  @Override
  public CompletionStage<OperationView> deleteVm(VmId vm) {
    return operate(vm, operation -> replyTo -> new Vm.Request.Delete(operation, replyTo));
  }

  /** The id is made known first: whoever gets it in an answer can ask for it. */
  private CompletionStage<OperationView> operate(
      VmId vm, Function<OperationId, Function<ActorRef<Vm.Reply>, Vm.Command>> command) {
    OperationId operation = new OperationId(vm.cell(), ids.next());
    CompletionStage<Operation.Subject> opened =
        routes.ask(
            Operation.TYPE_KEY,
            operation.text(),
            replyTo -> new Operation.Command.Open(vm, replyTo));
    return vm(vm)
        .thenCompose(_ -> Calls.read(opened, "open " + operation))
        .thenCompose(_ -> Calls.change(askVm(vm, command.apply(operation)), "change of " + vm))
        .thenCompose(VmAnswers::accepted);
  }

  @Override
  public CompletionStage<OperationView> operation(OperationId operation) {
    CompletionStage<Operation.Subject> found =
        routes.ask(Operation.TYPE_KEY, operation.text(), Operation.Command.Find::new);
    return Calls.read(found, "operation " + operation)
        .thenCompose(subject ->
            subject
                .vm()
                .map(vm ->
                    Calls.read(
                        askVm(vm, replyTo -> new Vm.Request.GetOperation(operation, replyTo)),
                        "operation " + operation))
                .orElseGet(
                    () -> Calls.refused(Refusal.Kind.NOT_FOUND, "no operation " + operation)))
        .thenCompose(VmAnswers::accepted);
  }

  @Override
  public CompletionStage<ConsoleView> console(VmId vm, long fromOffset, int maxBytes) {
    return vm(vm)
        .thenCompose(view ->
            view.host()
                .map(host -> readConsole(vm, host, fromOffset, maxBytes))
                .orElseGet(() ->
                    Calls.refused(
                        Refusal.Kind.CONFLICT,
                        "%s is %s: no host has its console"
                            .formatted(vm, VmAnswers.word(view.phase())))));
  }

  private CompletionStage<ConsoleView> readConsole(
      VmId vm, HostId host, long fromOffset, int maxBytes) {
    CompletionStage<OrderOutcome> outcome =
        routes.ask(
            Host.TYPE_KEY,
            host.text(),
            replyTo ->
                new Host.Command.Instruct(
                    vm + "/console/" + ids.next(),
                    new AgentOrder.ReadConsole(vm, fromOffset, maxBytes),
                    CONSOLE_DEADLINE,
                    replyTo));
    return Calls.read(outcome, "console of " + vm)
        .thenCompose(o ->
            switch (o) {
              case OrderOutcome.Answered(HostId _, String _, Outcome.Console c) ->
                  CompletableFuture.completedStage(new ConsoleView(c.startOffset(), c.text()));
              case OrderOutcome.Answered a ->
                  Calls.refused(Refusal.Kind.CONFLICT, "%s: %s".formatted(host, a.outcome()));
              case OrderOutcome.Unanswered u -> Calls.refused(Refusal.Kind.UNAVAILABLE, u.reason());
            });
  }

  @Override
  public CompletionStage<MigrationView> migrate(
      VmId vm, MigrateRequest request, Optional<String> idempotencyKey) {
    return request
        .target()
        .map(HostId::area)
        .or(request::area)
        .map(this::cells)
        .orElseGet(() -> CompletableFuture.completedStage(0))
        .thenCompose(_ -> migrations.start(vm, request, idempotencyKey));
  }

  @Override
  public CompletionStage<MigrationView> migration(MigrationId migration) {
    return migrations.look(migration);
  }

  @Override
  public CompletionStage<MigrationView> cancelMigration(MigrationId migration) {
    return migrations.cancel(migration);
  }

  @Override
  public CompletionStage<HostView> host(HostId host) {
    return Calls.read(askHost(host, Host.Command.Get::new), "host " + host)
        .thenCompose(ShardedControlPlane::shown);
  }

  @Override
  public CompletionStage<HostView> cordon(HostId host) {
    return Calls.change(askHost(host, Host.Command.Cordon::new), "cordon " + host)
        .thenCompose(ShardedControlPlane::shown);
  }

  @Override
  public CompletionStage<HostView> uncordon(HostId host) {
    return Calls.change(askHost(host, Host.Command.Uncordon::new), "uncordon " + host)
        .thenCompose(ShardedControlPlane::shown);
  }

  private static CompletionStage<HostView> shown(Host.Reply reply) {
    return switch (reply) {
      case Host.Reply.Shown r -> CompletableFuture.completedStage(r.host());
      case Host.Reply.Refused r -> Calls.refused(r.refusal());
    };
  }

  @Override
  public CompletionStage<AreaView> area(AreaId area) {
    return lookArea(area)
        .thenApply(shown ->
            new AreaView(
                area,
                shown.version(),
                IntStream.range(0, shown.cells())
                    .mapToObj(i -> new CellId(area, i))
                    .map(cell -> new AreaView.CellView(cell.toString(), area, nodes.running(cell)))
                    .toList(),
                shown.hosts().stream().map(HostId::text).toList(),
                nodes.of(area)));
  }

  private CompletionStage<Integer> cells(AreaId area) {
    Integer known = cellsOfArea.get(area);
    return known != null
        ? CompletableFuture.completedStage(known)
        : lookArea(area)
            .thenApply(shown -> {
              cellsOfArea.put(area, shown.cells());
              return shown.cells();
            });
  }

  private CompletionStage<Area.Reply.Shown> lookArea(AreaId area) {
    CompletionStage<Area.Reply> answer =
        routes.ask(Area.TYPE_KEY, area.name(), Area.Command.Get::new);
    return Calls.read(answer, "area " + area)
        .thenCompose(reply ->
            switch (reply) {
              case Area.Reply.Shown r -> CompletableFuture.completedStage(r);
              case Area.Reply.Refused r -> Calls.refused(r.refusal());
              case Area.Reply.HostIs r -> throw new IllegalStateException("not asked: " + r);
            });
  }

  private CompletionStage<Vm.Reply> askVm(
      VmId vm, Function<ActorRef<Vm.Reply>, Vm.Command> command) {
    return routes.ask(Vm.TYPE_KEY, vm.text(), command);
  }

  private CompletionStage<Host.Reply> askHost(
      HostId host, Function<ActorRef<Host.Reply>, Host.Command> command) {
    return routes.ask(Host.TYPE_KEY, host.text(), command);
  }
}
