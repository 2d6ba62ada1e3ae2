package io.drover.multinode.simulation.check;

import io.drover.actor.host.Host;
import io.drover.actor.vm.Vm;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.engine.Database;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the journal as it is written, in its own way: who may run what, and who has which claim.
 */
public final class Ledger implements Database.Listener {
  /** The newest run grant of a VM. */
  public record Grant(HostId host, Epoch runEpoch, boolean current) {}

  private final Violations violations;
  private final Map<VmId, Grant> grants = new HashMap<>();
  private final Map<VmId, Set<Grant>> everGranted = new HashMap<>();
  private final Map<String, Epoch> controlEpochs = new HashMap<>();
  private final Map<String, Resources> capacities = new HashMap<>();
  private final Map<String, Map<EntityId, Resources>> claims = new HashMap<>();
  private final Map<MigrationId, Boolean> decided = new HashMap<>(); // true: switched over
  private final Set<VmId> created = new HashSet<>();
  private final Set<VmId> deleted = new HashSet<>();
  private final Set<OperationId> accepted = new HashSet<>();
  private long events;

  public Ledger(Violations violations) {
    this.violations = violations;
  }

  @Override
  public void written(String persistenceId, long sequenceNr, Object event) {
    events++;
    String id = persistenceId.substring(persistenceId.indexOf('|') + 1);
    switch (event) {
      case Vm.Event e -> vm(VmId.parse(id), e);
      case Host.Event e -> host(id, e);
      default -> {}
    }
  }

  private void vm(VmId vm, Vm.Event event) {
    switch (event) {
      case Vm.Event.Created _ -> created.add(vm);
      case Vm.Event.Granted e -> grant(vm, e.host(), e.runEpoch());
      case Vm.Event.Relocated e -> grant(vm, e.host(), e.runEpoch());
      case Vm.Event.SwitchedOver e -> {
        decide(vm, e.migration(), true);
        grant(vm, e.target(), e.runEpoch());
      }
      case Vm.Event.MigrationAbandoned e -> decide(vm, e.migration(), false);
      case Vm.Event.OperationAccepted e -> accepted.add(e.operation());
      case Vm.Event.Deleted _ -> {
        deleted.add(vm);
        takeBack(vm);
      }
      case Vm.Event.Stopped _, Vm.Event.Failed _, Vm.Event.OperatorNeeded _ -> takeBack(vm);
      case Vm.Event.Started _,
          Vm.Event.Overflowed _,
          Vm.Event.OperationFailed _,
          Vm.Event.MigrationBegun _,
          Vm.Event.Locked _,
          Vm.Event.MigrationEnded _ -> {}
    }
  }

  private void grant(VmId vm, HostId host, Epoch runEpoch) {
    Grant before = grants.get(vm);
    violations.require(
        before == null || before.runEpoch().isBefore(runEpoch),
        "run epoch of %s does not rise: %s, then %s at %s".formatted(vm, before, runEpoch, host));
    Grant next = new Grant(host, runEpoch, true);
    grants.put(vm, next);
    everGranted.computeIfAbsent(vm, _ -> new HashSet<>()).add(next);
  }

  private void takeBack(VmId vm) {
    grants.computeIfPresent(vm, (_, g) -> new Grant(g.host(), g.runEpoch(), false));
  }

  private void decide(VmId vm, MigrationId migration, boolean switchedOver) {
    Boolean before = decided.putIfAbsent(migration, switchedOver);
    violations.require(
        before == null || before == switchedOver,
        "%s of %s both switched over and abandoned".formatted(migration, vm));
  }

  private void host(String host, Host.Event event) {
    switch (event) {
      case Host.Event.HostRegistered e -> capacities.put(host, e.capabilities().capacity());
      case Host.Event.CapabilitiesChanged e -> capacities.put(host, e.capabilities().capacity());
      case Host.Event.ControlTaken e -> {
        Epoch before = controlEpochs.put(host, e.controlEpoch());
        violations.require(
            before == null || before.isBefore(e.controlEpoch()),
            "control epoch of %s does not rise: %s, then %s"
                .formatted(host, before, e.controlEpoch()));
      }
      case Host.Event.Claimed e -> {
        claimsOf(host).put(e.owner(), e.resources());
        checkCapacity(host);
      }
      case Host.Event.ClaimReleased e -> claimsOf(host).remove(e.owner());
      case Host.Event.ClaimHandedOver e -> {
        Resources moved = claimsOf(host).remove(e.fromOwner());
        if (moved != null) {
          claimsOf(host).put(e.toOwner(), moved);
        }
      }
      default -> {}
    }
  }

  private void checkCapacity(String host) {
    Resources all = claimsOf(host).values().stream().reduce(Resources.NONE, Resources::plus);
    Resources capacity = capacities.getOrDefault(host, Resources.NONE);
    violations.require(
        all.fitsIn(capacity), "claims at %s are %s of %s".formatted(host, all, capacity));
  }

  private Map<EntityId, Resources> claimsOf(String host) {
    return claims.computeIfAbsent(host, _ -> new LinkedHashMap<>());
  }

  // ---- what it says

  /** The newest grant, if it has not been taken back. */
  public Optional<Grant> grant(VmId vm) {
    return Optional.ofNullable(grants.get(vm)).filter(Grant::current);
  }

  /** The newest grant, also when it was taken back. */
  public Optional<Grant> lastGrant(VmId vm) {
    return Optional.ofNullable(grants.get(vm));
  }

  public boolean wasGranted(VmId vm, String hostName, Epoch runEpoch) {
    return everGranted.getOrDefault(vm, Set.of()).stream()
        .anyMatch(g -> g.runEpoch().equals(runEpoch) && g.host().tail().equals(hostName));
  }

  public boolean isCreated(VmId vm) {
    return created.contains(vm);
  }

  public boolean isDeleted(VmId vm) {
    return deleted.contains(vm);
  }

  public boolean isAccepted(OperationId operation) {
    return accepted.contains(operation);
  }

  public Set<VmId> vms() {
    return Set.copyOf(created);
  }

  /** Who has claims at a host. */
  public Set<EntityId> claimants(HostId host) {
    return Set.copyOf(claims.getOrDefault(host.text(), Map.of()).keySet());
  }

  public long events() {
    return events;
  }
}
