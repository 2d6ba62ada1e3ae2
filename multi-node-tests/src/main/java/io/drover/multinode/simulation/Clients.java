package io.drover.multinode.simulation;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.actor.api.VmView;
import io.drover.config.units.DataRate;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.check.Ledger;
import io.drover.multinode.simulation.check.Violations;
import io.drover.multinode.simulation.engine.Loop;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import io.drover.multinode.simulation.fleet.ControlNode;
import io.drover.multinode.simulation.fleet.Fleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Owners of VMs: each asks for one thing after the other, through whichever control node it finds,
 * and repeats itself under the same key when no answer comes. What was acknowledged must be in the
 * journal by then.
 */
final class Clients {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(12);
  private static final Duration THINK_LEAST = Duration.ofMillis(200);
  private static final Duration THINK_MOST = Duration.ofSeconds(6);
  private static final int RETRY_LIMIT = 4;
  private static final int VM_LIMIT = 12;

  private final Fleet fleet;
  private final World world;
  private final Loop loop;
  private final Ledger ledger;
  private final Violations violations;
  private final Set<VmId> vms = new LinkedHashSet<>();
  private final Set<VmId> deleting = new LinkedHashSet<>();
  private final Set<OperationId> operations = new LinkedHashSet<>();
  private final Set<MigrationId> migrations = new LinkedHashSet<>();
  private boolean stopped;
  private long asked;
  private long acknowledged;
  private long refused;
  private long unknown;

  Clients(Fleet fleet, Ledger ledger, Violations violations) {
    this.fleet = fleet;
    this.world = fleet.world();
    this.loop = fleet.world().loop();
    this.ledger = ledger;
    this.violations = violations;
  }

  void start(int count) {
    for (int i = 1; i <= count; i++) {
      Machine machine = world.machine("client" + i);
      think(machine);
    }
  }

  /** Nobody asks for anything new. */
  void stop() {
    stopped = true;
  }

  private void think(Machine client) {
    loop.after(
        loop.between(THINK_LEAST, THINK_MOST),
        () -> {
          if (!stopped) {
            world.run(client, () -> next(client));
          }
        });
  }

  private void next(Machine client) {
    asked++;
    String key = client.name() + "-" + asked;
    List<VmId> mine = new ArrayList<>(vms);
    mine.removeAll(deleting);
    if (mine.size() < 2 || (mine.size() < VM_LIMIT && loop.chance(0.15))) {
      create(client, key);
      return;
    }
    VmId vm = loop.oneOf(mine);
    int dice = loop.below(100);
    if (dice < 45) {
      migrate(client, vm, key);
    } else if (dice < 60) {
      operate(client, cp -> cp.stopVm(vm, Duration.ofMillis(loop.below(2000)), terms(key)));
    } else if (dice < 80) {
      operate(client, cp -> cp.startVm(vm, terms(key)));
    } else if (dice < 88) {
      operate(client, cp -> cp.rebootVm(vm, terms(key)));
    } else if (dice < 92) {
      deleting.add(vm);
      operate(client, cp -> cp.deleteVm(vm, terms(key)));
    } else if (!migrations.isEmpty()) {
      MigrationId migration = loop.oneOf(new ArrayList<>(migrations));
      call(client, RETRY_LIMIT, cp -> cp.cancelMigration(migration, terms(key)), _ -> {});
    } else {
      think(client);
    }
  }

  private static Terms terms(String key) {
    return new Terms(Optional.of(key), OptionalLong.empty());
  }

  private void create(Machine client, String key) {
    NewVm request =
        new NewVm(
            loop.oneOf(fleet.plan().areas()),
            key,
            fleet.plan().vmSpec(loop.chance(0.2)),
            Optional.empty());
    call(
        client,
        RETRY_LIMIT,
        cp -> cp.createVm(request, Optional.of(key)),
        (VmView vm) -> {
          vms.add(vm.id());
          violations.require(
              ledger.isCreated(vm.id()), vm.id() + " was acknowledged and is not in the journal");
        });
  }

  private void operate(
      Machine client, Function<ControlPlane, CompletionStage<OperationView>> operation) {
    call(
        client,
        RETRY_LIMIT,
        operation,
        (OperationView o) -> {
          OperationId id = OperationId.parse(o.id());
          operations.add(id);
          violations.require(
              ledger.isAccepted(id), id + " was acknowledged and is not in the journal");
        });
  }

  private void migrate(Machine client, VmId vm, String key) {
    MigrateRequest request =
        new MigrateRequest(
            Optional.empty(),
            loop.chance(0.2) ? Optional.of(loop.oneOf(fleet.plan().areas())) : Optional.empty(),
            Optional.empty(),
            DataRate.UNLIMITED);
    call(
        client,
        RETRY_LIMIT,
        cp -> cp.migrate(vm, request, terms(key)),
        (MigrationView m) -> {
          migrations.add(m.id());
          violations.require(
              !world.database().events("migration|" + m.id()).isEmpty(),
              m.id() + " was acknowledged and is not in the journal");
        });
  }

  /** One call: over the network to a node, and back. */
  private <T> void call(
      Machine client,
      int retries,
      Function<ControlPlane, CompletionStage<T>> operation,
      Consumer<T> acknowledgement) {
    boolean[] answered = {false};
    Consumer<Runnable> once =
        outcome -> {
          if (!answered[0]) {
            answered[0] = true;
            outcome.run();
          }
        };
    Runnable again =
        () -> {
          if (retries > 0) {
            call(client, retries - 1, operation, acknowledgement);
          } else {
            unknown++;
            think(client);
          }
        };
    loop.after(ANSWER_LIMIT, () -> once.accept(again));
    Optional<ControlNode> node = fleet.node(loop.oneOf(fleet.plan().nodes()));
    node.ifPresent(n ->
        world.send(
            client,
            n.machine(),
            () ->
                operation
                    .apply(n.controlPlane())
                    .whenComplete((result, failure) -> {
                      Runnable heard = () -> heard(client, result, failure, acknowledgement, again);
                      world.send(n.machine(), client, () -> once.accept(heard));
                    })));
  }

  private <T> void heard(
      Machine client,
      @Nullable T result,
      @Nullable Throwable failure,
      Consumer<T> acknowledgement,
      Runnable again) {
    if (result != null) {
      acknowledged++;
      world.trace().note(client.name(), result);
      acknowledgement.accept(result);
      think(client);
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof RefusedException e && e.refusal().kind() != Refusal.Kind.UNKNOWN_OUTCOME) {
      refused++;
      world.trace().note(client.name(), e.refusal());
      if (e.refusal().kind() == Refusal.Kind.UNAVAILABLE) {
        again.run();
      } else {
        think(client);
      }
    } else if (cause instanceof RefusedException) {
      again.run();
    } else {
      violations.add("a call failed with " + cause);
    }
  }

  Set<VmId> vms() {
    return vms;
  }

  Set<OperationId> operations() {
    return operations;
  }

  Set<MigrationId> migrations() {
    return migrations;
  }

  long asked() {
    return asked;
  }

  long acknowledged() {
    return acknowledged;
  }

  long refused() {
    return refused;
  }

  long unknown() {
    return unknown;
  }
}
