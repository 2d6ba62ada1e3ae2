package io.drover.multinode.simulation.check;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.VmView;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.fleet.ControlNode;
import io.drover.multinode.simulation.fleet.Fleet;
import io.drover.multinode.simulation.fleet.SimulatedGuest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Once all is healed: whether everything has come to an end, asked of the control plane and
 * compared with what the hosts really have.
 */
public final class Settlement {
  private static final Comparator<EntityId> BY_TEXT = Comparator.comparing(EntityId::text);

  private final Fleet fleet;
  private final Ledger ledger;
  private final RunningGuests running;
  private final Map<EntityId, Object> answers = new TreeMap<>(BY_TEXT);
  private int asked;

  public Settlement(Fleet fleet, Ledger ledger, RunningGuests running) {
    this.fleet = fleet;
    this.ledger = ledger;
    this.running = running;
  }

  /** Asks about all of these; the answers come with time. */
  public void ask(Set<OperationId> operations, Set<MigrationId> migrations) {
    answers.clear();
    asked = 0;
    ledger.vms().stream().sorted(BY_TEXT).forEach(vm -> ask(vm, cp -> cp.vm(vm)));
    operations.stream().sorted(BY_TEXT).forEach(o -> ask(o, cp -> cp.operation(o)));
    migrations.stream().sorted(BY_TEXT).forEach(m -> ask(m, cp -> cp.migration(m)));
  }

  private <T> void ask(EntityId id, Function<ControlPlane, CompletionStage<T>> question) {
    asked++;
    ControlNode node = fleet.node(fleet.plan().nodes().getFirst()).orElseThrow();
    fleet
        .world()
        .run(
            node.machine(),
            () ->
                question
                    .apply(node.controlPlane())
                    .whenComplete((answer, failure) ->
                        answers.put(id, answer != null ? answer : String.valueOf(failure))));
  }

  /** What is not over, or is not as it is said to be; empty = all is well. */
  public List<String> open() {
    List<String> open = new ArrayList<>();
    if (answers.size() < asked) {
      open.add("%d of %d questions are not answered".formatted(asked - answers.size(), asked));
    }
    answers.forEach((id, answer) -> {
      switch (answer) {
        case VmView vm -> vm(vm, open);
        case OperationView o when o.status() == OperationView.Status.RUNNING ->
            open.add("operation " + o.id() + " of " + o.subject() + " runs since " + o.startedAt());
        case OperationView _ -> {}
        case MigrationView m when !m.phase().isOver() ->
            open.add("%s of %s is %s: %s".formatted(m.id(), m.vm(), m.phase(), m.waiting()));
        case MigrationView _ -> {}
        default -> {
          if (!(id instanceof VmId vm && ledger.isDeleted(vm))) {
            open.add(id + ": " + answer);
          }
        }
      }
    });
    claims(open);
    guests(open);
    return open;
  }

  private void vm(VmView vm, List<String> open) {
    Set<SimulatedGuest> runners = running.of(vm.id());
    switch (vm.phase()) {
      case RUNNING -> {
        boolean asSaid =
            runners.size() == 1
                && runners.stream()
                    .allMatch(g ->
                        vm.host().filter(h -> h.tail().equals(g.host())).isPresent()
                            && g.epoch().equals(vm.runEpoch()));
        if (!asSaid) {
          open.add(
              "%s runs at %s under %s, they say; in truth %s"
                  .formatted(vm.id(), vm.host(), vm.runEpoch(), runners));
        }
      }
      case STOPPED, DELETED, FAILED, NEEDS_OPERATOR -> {
        if (!runners.isEmpty()) {
          open.add("%s is %s and runs: %s".formatted(vm.id(), vm.phase(), runners));
        }
      }
      case STARTING, MIGRATING, PAUSED, UNREACHABLE, STOPPING ->
          open.add("%s is %s: %s".formatted(vm.id(), vm.phase(), vm.reason()));
    }
  }

  private void claims(List<String> open) {
    for (String place : fleet.plan().hosts()) {
      HostId host = fleet.plan().hostId(place);
      Set<EntityId> expected = new HashSet<>();
      for (VmId vm : ledger.vms()) {
        if (ledger.grant(vm).filter(g -> g.host().equals(host)).isPresent()) {
          expected.add(vm);
        }
      }
      Set<EntityId> claimants = ledger.claimants(host);
      if (!claimants.equals(expected)) {
        open.add("claims at %s: %s, with grants there: %s".formatted(host, claimants, expected));
      }
    }
  }

  private void guests(List<String> open) {
    for (SimulatedGuest guest : fleet.guests()) {
      boolean granted =
          ledger.grant(guest.vm()).filter(g -> g.host().tail().equals(guest.host())).isPresent();
      if (!granted) {
        open.add("left behind: " + guest);
      }
    }
  }
}
