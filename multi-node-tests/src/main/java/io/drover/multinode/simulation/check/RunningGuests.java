package io.drover.multinode.simulation.check;

import io.drover.config.units.Epoch;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.fleet.SimulatedGuest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Sees every guest start and stop: never two of one VM, none that was not granted, none whose grant
 * another host has by now, none with other memory than its source had.
 */
public final class RunningGuests {
  private final Violations violations;
  private final Ledger ledger;
  private final Map<VmId, Set<SimulatedGuest>> running = new HashMap<>();
  private final Map<VmId, Epoch> highest = new HashMap<>();
  private final Map<String, Long> controlEpochs = new HashMap<>();
  private long starts;
  private long orders;
  private long left;

  RunningGuests(Violations violations, Ledger ledger) {
    this.violations = violations;
    this.ledger = ledger;
  }

  void started(SimulatedGuest guest) {
    starts++;
    VmId vm = guest.vm();
    Set<SimulatedGuest> all = running.computeIfAbsent(vm, _ -> new HashSet<>());
    all.add(guest);
    violations.require(all.size() == 1, "two runners of " + vm + ": " + all);
    Epoch before = highest.getOrDefault(vm, Epoch.NONE);
    violations.require(
        !guest.epoch().isBefore(before),
        "%s runs after run epoch %s was effective".formatted(guest, before));
    highest.merge(vm, guest.epoch(), (a, b) -> a.isBefore(b) ? b : a);
    violations.require(
        ledger.wasGranted(vm, guest.host(), guest.epoch()),
        "%s runs without a grant in the journal".formatted(guest));
    ledger
        .lastGrant(vm)
        .filter(g -> guest.epoch().isBefore(g.runEpoch()) && !g.host().tail().equals(guest.host()))
        .ifPresent(g -> violations.add("%s runs although %s has the grant".formatted(guest, g)));
    violations.require(!guest.isSpoiled(), guest + " runs with other memory than its source had");
  }

  void stopped(SimulatedGuest guest) {
    running.getOrDefault(guest.vm(), new HashSet<>()).remove(guest);
  }

  void obeyed(String host, long controlEpoch, long highest, String orderId) {
    orders++;
    left += orderId.contains("/leave/") ? 1 : 0; // as the VM names its orders
    long before = controlEpochs.merge(host, Math.max(controlEpoch, highest), Math::max);
    violations.require(
        controlEpoch >= before,
        "%s carries out %s of control epoch %d after %d"
            .formatted(host, orderId, controlEpoch, before));
  }

  /** The hosts that run it, by name. */
  public Set<SimulatedGuest> of(VmId vm) {
    return Set.copyOf(running.getOrDefault(vm, Set.of()));
  }

  public long starts() {
    return starts;
  }

  public long orders() {
    return orders;
  }

  /** Grants that were used up, as their host did not hold its lease. */
  public long left() {
    return left;
  }
}
