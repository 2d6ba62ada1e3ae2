package io.drover.http;

import static io.drover.http.Samples.CAPACITY;
import static io.drover.http.Samples.H1;
import static io.drover.http.Samples.H2;
import static io.drover.http.Samples.NORTH;
import static io.drover.http.Samples.NOW;

import io.drover.actor.agent.ImageArguments;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ConsoleView;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.HostView;
import io.drover.actor.api.ImageView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.Kind;
import io.drover.actor.api.RefusedException;
import io.drover.actor.api.VmView;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Both ports of the API over maps: one area, two hosts, and whatever VMs a test creates. */
final class InMemoryFleet implements ControlPlane, FleetViews {

  private final Map<String, VmView> vms = new TreeMap<>();
  private final Map<String, HostView> hosts = new TreeMap<>();
  private final Map<String, DrainView> drains = new TreeMap<>();
  private final Map<String, DrillView> drills = new TreeMap<>();
  private final Map<String, MigrationView> migrations = new TreeMap<>();
  private final Map<String, OperationView> operations = new TreeMap<>();
  private final Map<String, VmId> idempotent = new TreeMap<>();
  private final List<FleetEvent> events = new CopyOnWriteArrayList<>();
  final InMemoryImages images = new InMemoryImages();
  final AtomicInteger eventReads = new AtomicInteger();
  volatile byte[] consoleText = "".getBytes(java.nio.charset.StandardCharsets.UTF_8);
  volatile @Nullable Supplier<RuntimeException> nextFailure;
  volatile @Nullable MigrateRequest lastMigrate;
  volatile Terms lastTerms = Terms.NONE;
  private int nextTail;

  InMemoryFleet() {
    hosts.put(H1.text(), Samples.host(H1, false));
    hosts.put(H2.text(), Samples.host(H2, false));
  }

  void publish(String type, String subject) {
    events.add(
        new FleetEvent(2L * (events.size() + 1), type, subject, NOW, "{\"reason\":\"test\"}"));
  }

  private synchronized String tail() {
    return "01k%023d".formatted(nextTail++);
  }

  private <T> CompletionStage<T> answer(Supplier<T> supplier) {
    Supplier<RuntimeException> failure = nextFailure;
    if (failure != null) {
      nextFailure = null;
      return CompletableFuture.failedStage(failure.get());
    }
    try {
      synchronized (this) {
        return CompletableFuture.completedStage(supplier.get());
      }
    } catch (RefusedException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static <T> T found(Map<String, T> map, String id) {
    T value = map.get(id);
    if (value == null) {
      throw new RefusedException(Refusal.of(Kind.NOT_FOUND, "no " + id));
    }
    return value;
  }

  private void require(long version, String id, Terms terms) {
    lastTerms = terms;
    if (terms.ifVersion().orElse(version) != version) {
      throw new RefusedException(
          Refusal.versionMismatch(id, version, terms.ifVersion().getAsLong()));
    }
  }

  @Override
  public CompletionStage<VmView> createVm(NewVm request, Optional<String> idempotencyKey) {
    return answer(() -> {
      Optional<VmId> earlier = idempotencyKey.map(idempotent::get);
      if (earlier.isPresent()) {
        return found(vms, earlier.get().text());
      }
      if (!request.spec().resources().fitsIn(CAPACITY)) {
        throw new RefusedException(Samples.noCapacity());
      }
      VmId id = new VmId(new CellId(request.area(), 3), tail());
      VmView vm = Samples.vm(id, request);
      vms.put(id.text(), vm);
      idempotencyKey.ifPresent(key -> idempotent.put(key, id));
      publish("vm.created", id.text());
      return vm;
    });
  }

  @Override
  public CompletionStage<VmView> vm(VmId vm) {
    return answer(() -> found(vms, vm.text()));
  }

  private CompletionStage<OperationView> operate(VmId vm, String kind, Terms terms) {
    return answer(() -> {
      require(found(vms, vm.text()).version(), vm.text(), terms);
      OperationView operation =
          new OperationView(
              new OperationId(vm.cell(), tail()).text(),
              kind,
              vm.text(),
              OperationView.Status.RUNNING,
              "",
              NOW,
              Optional.empty());
      operations.put(operation.id(), operation);
      return operation;
    });
  }

  @Override
  public CompletionStage<OperationView> startVm(VmId vm, Terms terms) {
    return operate(vm, "start", terms);
  }

  @Override
  public CompletionStage<OperationView> stopVm(VmId vm, Duration grace, Terms terms) {
    return operate(vm, "stop", terms);
  }

  @Override
  public CompletionStage<OperationView> rebootVm(VmId vm, Terms terms) {
    return operate(vm, "reboot", terms);
  }

  @Override
  public CompletionStage<OperationView> deleteVm(VmId vm, Terms terms) {
    CompletionStage<OperationView> operation = operate(vm, "delete", terms);
    synchronized (this) {
      vms.remove(vm.text());
    }
    return operation;
  }

  @Override
  public CompletionStage<ConsoleView> console(VmId vm, long fromOffset, int maxBytes) {
    return answer(() -> {
      found(vms, vm.text());
      byte[] all = consoleText;
      int from = (int) Math.min(fromOffset, all.length);
      int to = Math.min(from + maxBytes, all.length);
      return new ConsoleView(from, Arrays.copyOfRange(all, from, to));
    });
  }

  @Override
  public CompletionStage<MigrationView> migrate(VmId vm, MigrateRequest request, Terms terms) {
    return answer(() -> {
      require(found(vms, vm.text()).version(), vm.text(), terms);
      lastMigrate = request;
      MigrationView migration =
          Samples.migration(new MigrationId(vm.cell(), tail()), vm, MigrationView.Phase.PRE_COPY);
      migrations.put(migration.id().text(), migration);
      return migration;
    });
  }

  @Override
  public CompletionStage<MigrationView> migration(MigrationId migration) {
    return answer(() -> found(migrations, migration.text()));
  }

  @Override
  public CompletionStage<MigrationView> cancelMigration(MigrationId migration, Terms terms) {
    return answer(() -> {
      MigrationView before = found(migrations, migration.text());
      require(before.version(), migration.text(), terms);
      return Samples.migration(migration, before.vm(), MigrationView.Phase.ROLLING_BACK);
    });
  }

  @Override
  public CompletionStage<OperationView> operation(OperationId operation) {
    return answer(() -> found(operations, operation.text()));
  }

  @Override
  public CompletionStage<HostView> host(HostId host) {
    return answer(() -> found(hosts, host.text()));
  }

  @Override
  public CompletionStage<HostView> cordon(HostId host, Terms terms) {
    return answer(() -> recordCordon(host, true, terms));
  }

  @Override
  public CompletionStage<HostView> uncordon(HostId host, Terms terms) {
    return answer(() -> recordCordon(host, false, terms));
  }

  @Override
  public CompletionStage<OperationView> drain(HostId host, Terms terms) {
    return answer(() -> {
      recordCordon(host, true, terms);
      drains.put(host.text(), Samples.drain(host, DrainView.Phase.DRAINING));
      return recordDrain(host);
    });
  }

  @Override
  public CompletionStage<OperationView> abortDrain(HostId host, Terms terms) {
    return answer(() -> {
      require(found(hosts, host.text()).version(), host.text(), terms);
      found(drains, host.text());
      drains.put(host.text(), Samples.drain(host, DrainView.Phase.ABORTING));
      return recordDrain(host);
    });
  }

  private OperationView recordDrain(HostId host) {
    OperationView operation = found(drains, host.text()).asOperation();
    operations.put(operation.id(), operation);
    return operation;
  }

  @Override
  public CompletionStage<DrainView> drainOf(HostId host) {
    return answer(() -> found(drains, host.text()));
  }

  @Override
  public CompletionStage<HostView> confirmOff(HostId host, String reason, Terms terms) {
    return answer(() -> {
      require(found(hosts, host.text()).version(), host.text(), terms);
      hosts.put(host.text(), Samples.fenced(host, reason));
      return found(hosts, host.text());
    });
  }

  @Override
  public CompletionStage<ArmingView> arm(
      AreaId area, boolean force, Optional<String> idempotencyKey) {
    return answer(() -> {
      var _ = found(Map.of(NORTH.name(), NORTH), area.name());
      return force ? ArmingView.ARMED : ArmingView.ARMED.alarming("3 of 4 hosts vanished");
    });
  }

  @Override
  public CompletionStage<ArmingView> disarm(
      AreaId area, Disarming how, Optional<String> idempotencyKey) {
    return answer(() -> {
      var _ = found(Map.of(NORTH.name(), NORTH), area.name());
      return new ArmingView(
          false,
          Optional.of(Samples.NOW.plus(how.span())),
          Optional.of(how.mode()),
          how.reason(),
          "");
    });
  }

  private HostView recordCordon(HostId host, boolean cordoned, Terms terms) {
    require(found(hosts, host.text()).version(), host.text(), terms);
    hosts.put(host.text(), Samples.host(host, cordoned));
    return found(hosts, host.text());
  }

  @Override
  public CompletionStage<AreaView> area(AreaId area) {
    return answer(() -> found(Map.of(NORTH.name(), Samples.north()), area.name()));
  }

  @Override
  public CompletionStage<AreaView> changeArea(AreaId area, AreaChange change, Terms terms) {
    return change.backups().filter(backups -> backups.contains(area)).isPresent()
        ? refused(Kind.INVALID_HIERARCHY, "north → north")
        : area(area);
  }

  @Override
  public CompletionStage<AreaView> failOver(
      AreaId area, Optional<AreaId> to, String reason, Terms terms) {
    return to.isPresent() ? refused(Kind.NO_HEADROOM, "no room in " + to.get()) : area(area);
  }

  @Override
  public CompletionStage<AreaView> recall(AreaId lender, String reason, Terms terms) {
    return area(lender);
  }

  @Override
  public CompletionStage<OperationView> drill(AreaId area, Optional<AreaId> to, Terms terms) {
    return answer(() -> {
      if (to.isPresent()) {
        throw new RefusedException(Refusal.of(Kind.NO_HEADROOM, "no room in " + to.get()));
      }
      return recordDrill(area, DrillView.Phase.GOING_OVER);
    });
  }

  @Override
  public CompletionStage<OperationView> abortDrill(AreaId area, Terms terms) {
    return answer(() -> {
      found(drills, area.name());
      return recordDrill(area, DrillView.Phase.COMING_BACK);
    });
  }

  private OperationView recordDrill(AreaId area, DrillView.Phase phase) {
    DrillView drill = Samples.drill(area, phase);
    drills.put(area.name(), drill);
    operations.put(drill.asOperation().id(), drill.asOperation());
    return drill.asOperation();
  }

  @Override
  public CompletionStage<DrillView> drillOf(AreaId area) {
    return answer(() -> found(drills, area.name()));
  }

  @Override
  public CompletionStage<AreaView> failBack(AreaId area, String reason, Terms terms) {
    return area(area);
  }

  private static CompletionStage<AreaView> refused(Kind kind, String detail) {
    return CompletableFuture.failedStage(new RefusedException(Refusal.of(kind, detail)));
  }

  @Override
  public CompletionStage<Page<AreaView>> areas(PageRequest page) {
    return answer(() -> Samples.page(List.of(Samples.north()), area -> area.id().name(), page));
  }

  @Override
  public CompletionStage<Page<HostView>> hosts(Optional<AreaId> area, PageRequest page) {
    return answer(() ->
        Samples.page(
            hosts.values().stream()
                .filter(host -> area.map(host.id().area()::equals).orElse(true))
                .toList(),
            host -> host.id().text(),
            page));
  }

  @Override
  public CompletionStage<Page<VmView>> vms(VmFilter filter, PageRequest page) {
    return answer(() ->
        Samples.page(
            vms.values().stream()
                .filter(vm -> filter.phase().map(vm.phase().name()::equals).orElse(true))
                .filter(vm -> filter.area().map(vm.id().area()::equals).orElse(true))
                .toList(),
            vm -> vm.id().text(),
            page));
  }

  @Override
  public CompletionStage<Page<MigrationView>> migrations(
      Optional<String> vm, boolean activeOnly, PageRequest page) {
    return answer(() ->
        Samples.page(
            migrations.values().stream()
                .filter(migration -> !(activeOnly && migration.phase().isOver()))
                .filter(migration -> vm.map(migration.vm().text()::equals).orElse(true))
                .toList(),
            migration -> migration.id().text(),
            page));
  }

  @Override
  public CompletionStage<Void> deleteImage(String name, Optional<String> idempotencyKey) {
    return answer(() -> {
      lastTerms = new Terms(idempotencyKey, OptionalLong.empty());
      if (images.stored.remove(name) == null) {
        throw new RefusedException(Refusal.of(Kind.NOT_FOUND, "no image " + name));
      }
      return null;
    });
  }

  @Override
  public CompletionStage<Optional<ImageView>> image(String name) {
    return images(new PageRequest(Optional.empty(), 100))
        .thenApply(
            page -> page.items().stream().filter(image -> image.name().equals(name)).findFirst());
  }

  @Override
  public CompletionStage<Page<ImageView>> images(PageRequest page) {
    ImageView pulse =
        new ImageView(
            "pulse",
            "embedded",
            ByteSize.ofMib(1),
            "ab12",
            ByteSize.ofMib(16),
            new ImageArguments(
                List.of(
                    new ImageArguments.Argument(
                        "period_us", "microseconds per beat", List.of(), "1000", 100, 1_000_000),
                    new ImageArguments.Argument(
                        "mode", "how it beats", List.of("steady", "burst"), "steady", 0, 0)),
                ImageArguments.Others.NONE),
            List.of(H1.text()),
            Optional.empty());
    return answer(() ->
        Samples.page(
            Stream.concat(Stream.of(pulse), images.views()).toList(), ImageView::name, page));
  }

  @Override
  public CompletionStage<Page<OperationView>> operations(PageRequest page) {
    return answer(() -> Samples.page(List.copyOf(operations.values()), OperationView::id, page));
  }

  @Override
  public CompletionStage<List<FleetEvent>> eventsAfter(long after, int limit) {
    eventReads.incrementAndGet();
    return answer(() ->
        new ArrayList<>(events.stream().filter(e -> e.sequence() > after).limit(limit).toList()));
  }

  @Override
  public CompletionStage<Long> lastEventSequence() {
    return answer(() -> events.isEmpty() ? 0L : events.getLast().sequence());
  }
}
