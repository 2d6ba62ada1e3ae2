package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.api.Refusal;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The arbiter, as its contract says: grants, and drives reality towards them. Never forgets. */
final class SimulatedVm {
  final VmId id;
  private final SimulatedFleet fleet;
  HostId holder;
  Epoch runEpoch = new Epoch(1);
  Optional<MigrationId> migration = Optional.empty();
  boolean locked;
  boolean switchedOver;
  private final Set<MigrationId> abandoned = new HashSet<>();
  private final Set<MigrationId> ended = new HashSet<>();

  /** Told when the source's guest is lost under a migration. */
  Consumer<String> cancels = _ -> {};

  SimulatedVm(VmId id, SimulatedFleet fleet, HostId holder) {
    this.id = id;
    this.fleet = fleet;
    this.holder = holder;
    fleet.simulation.every(Duration.ofSeconds(1), this::reconcile);
  }

  void hear(FromMigration command) {
    MigrationReply reply =
        switch (command) {
          case FromMigration.BeginMigration c -> begin(c.migration());
          case FromMigration.LockForMigration c -> lock(c.migration());
          case FromMigration.SwitchOver c -> switchOver(c.migration(), c.target());
          case FromMigration.AbandonMigration c -> abandon(c.migration());
          case FromMigration.EndMigration c -> end(c.migration());
        };
    command.replyTo().tell(reply);
  }

  private boolean isOurs(MigrationId m) {
    return migration.equals(Optional.of(m));
  }

  private MigrationReply begin(MigrationId m) {
    if (ended.contains(m) || abandoned.contains(m) || (migration.isPresent() && !isOurs(m))) {
      return refused(m, "not now");
    }
    migration = Optional.of(m);
    return new MigrationReply.MigrationBegun(m, holder, runEpoch, SimulatedFleet.SPEC);
  }

  private MigrationReply lock(MigrationId m) {
    if (!isOurs(m) || abandoned.contains(m)) {
      return refused(m, "not yours");
    }
    locked = true;
    return new MigrationReply.Locked(m);
  }

  private MigrationReply switchOver(MigrationId m, HostId target) {
    if (isOurs(m) && switchedOver) {
      return new MigrationReply.SwitchedOver(m, holder, runEpoch);
    }
    if (!isOurs(m) || !locked || abandoned.contains(m)) {
      return refused(m, "not locked for it");
    }
    switchedOver = true;
    holder = target;
    runEpoch = runEpoch.next();
    reconcile();
    return new MigrationReply.SwitchedOver(m, holder, runEpoch);
  }

  private MigrationReply abandon(MigrationId m) {
    if (isOurs(m) && switchedOver) {
      return new MigrationReply.AlreadySwitchedOver(m, holder, runEpoch);
    }
    abandoned.add(m);
    return new MigrationReply.Abandoned(m, holder, runEpoch);
  }

  private MigrationReply end(MigrationId m) {
    if (isOurs(m)) {
      migration = Optional.empty();
      locked = false;
      switchedOver = false;
    }
    ended.add(m);
    return new MigrationReply.Ended(m);
  }

  private static MigrationReply refused(MigrationId m, String why) {
    return new MigrationReply.Refused(m, Refusal.of(Refusal.Kind.CONFLICT, why));
  }

  /** What the real one does by orders: it needs an agent, and waits for one. */
  private void reconcile() {
    SimulatedHost host = fleet.host(holder);
    if (host.isConnected()) {
      GuestState guest = host.guest(id);
      if (guest == null) {
        if (migration.isPresent() && !switchedOver) {
          cancels.accept("the guest was lost with its agent");
        }
        runEpoch = runEpoch.next();
        host.boot(id, runEpoch);
      } else if (guest == GuestState.INCOMING && switchedOver) {
        host.activate(id, runEpoch);
      } else if (guest == GuestState.INCOMING) {
        host.remove(id, runEpoch);
      } else if (guest == GuestState.PAUSED && migration.isEmpty()) {
        host.resume(id, runEpoch);
      }
    }
    if (migration.isEmpty()) {
      fleet.hosts().stream()
          .filter(other -> !other.id.equals(holder) && other.isConnected())
          .forEach(other -> other.remove(id, runEpoch));
    }
  }
}
