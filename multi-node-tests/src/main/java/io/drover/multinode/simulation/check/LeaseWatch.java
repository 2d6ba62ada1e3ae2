package io.drover.multinode.simulation.check;

import io.drover.actor.host.Host;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessList;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Database;
import io.drover.multinode.simulation.fleet.Fleet;
import io.drover.multinode.simulation.fleet.Plan;
import io.drover.multinode.simulation.fleet.SimulatedHost;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what the journal says of hosts that are lost with what they are: none is fenced by its
 * lease while it has one, and none is suspected that its witnesses could hear all the time.
 */
public final class LeaseWatch implements Database.Listener {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** A host that was well for so long has no reason to be suspected. */
  private static final Duration WELL_FOR = Duration.ofSeconds(12);

  private final Fleet fleet;
  private final WitnessPromises promises;
  private final Violations violations;
  private final Map<String, List<WitnessList>> lists = new HashMap<>();
  private final Map<String, Epoch> epochs = new HashMap<>();
  private final Map<String, Duration> unwell = new HashMap<>();
  private long fenced;

  public LeaseWatch(Fleet fleet, Observers observers, Violations violations) {
    this.fleet = fleet;
    this.promises = observers.promises();
    this.violations = violations;
    fleet.world().loop().every(LOOK, this::look);
  }

  @Override
  public void written(String persistenceId, long sequenceNr, Object event) {
    String host = persistenceId.substring(persistenceId.indexOf('|') + 1);
    switch (event) {
      case Host.Event.LeaseOpened e -> {
        lists.put(host, List.of(e.witnesses()));
        epochs.put(host, e.leaseEpoch());
      }
      case Host.Event.WitnessesProposed e ->
          lists.computeIfPresent(host, (_, l) -> List.of(l.getFirst(), e.witnesses()));
      case Host.Event.WitnessesActivated e -> {
        lists.computeIfPresent(host, (_, l) -> List.of(l.getLast()));
        activated(host, e.version());
      }
      case Host.Event.RevocationBegun _ -> suspected(host);
      case Host.Event.HostFenced e -> {
        fenced++;
        if (e.proof().by() == FenceProof.By.LEASE) {
          fencedByLease(host);
        }
      }
      default -> {}
    }
  }

  private void fencedByLease(String id) {
    SimulatedHost host = fleet.host(HostId.parse(id).tail());
    Epoch revoked = epochs.getOrDefault(id, Epoch.NONE);
    host.deadline()
        .filter(d -> !revoked.isBefore(d.epoch()) && d.atNs() > host.bootNs())
        .ifPresent(d ->
            violations.add(
                "%s is fenced by its lease of epoch %s, and has it for another %d ms"
                    .formatted(id, d.epoch(), (d.atNs() - host.bootNs()) / 1_000_000)));
  }

  /** Until then a majority of the list before is needed, too. */
  private void activated(String id, long version) {
    fleet
        .host(HostId.parse(id).tail())
        .leaseTerms()
        .filter(terms -> terms.epoch().equals(epochs.getOrDefault(id, Epoch.NONE)))
        .map(terms -> terms.pending().orElse(terms.active()).version())
        .filter(known -> known < version)
        .ifPresent(known ->
            violations.add(
                "witness list %d of %s is the only one, and its agent has %d"
                    .formatted(version, id, known)));
  }

  private void suspected(String id) {
    Duration since = unwell.getOrDefault(HostId.parse(id).tail(), Duration.ZERO);
    Duration now = fleet.world().loop().elapsed();
    violations.require(
        now.minus(since).compareTo(WELL_FOR) < 0,
        "%s is taken for dead, and its witnesses could hear it since %s".formatted(id, since));
  }

  // ---- who could hear whom

  private void look() {
    lists.forEach((id, all) -> {
      String host = HostId.parse(id).tail();
      boolean well =
          fleet.host(host).isAwake()
              && !fleet.world().network().isBad()
              && all.stream().allMatch(list -> isHeard(host, list));
      if (!well) {
        unwell.put(host, fleet.world().loop().elapsed());
      }
      restsOnVouches(HostId.parse(id), all.getFirst());
    });
    fleet.plan().hosts().stream()
        .filter(host -> !unwell.containsKey(host))
        .forEach(host -> unwell.put(host, fleet.world().loop().elapsed()));
  }

  /**
   * A lease lasts no longer than its time from when a majority of the active list vouched. One that
   * is over may rest on a list of before.
   */
  private void restsOnVouches(HostId id, WitnessList active) {
    Epoch epoch = epochs.getOrDefault(id.text(), Epoch.NONE);
    Duration bound =
        active.witnesses().stream()
            .flatMap(w -> promises.newest(placeOf(w), id, epoch).stream())
            .sorted(Comparator.reverseOrder())
            .skip(active.majority() - 1L)
            .findFirst()
            .orElse(Duration.ZERO)
            .plus(Plan.leaseTtl());
    fleet
        .host(id.tail())
        .deadline()
        .filter(d -> d.epoch().equals(epoch) && d.atNs() > bound.toNanos())
        .filter(d -> d.atNs() > fleet.host(id.tail()).bootNs())
        .ifPresent(d ->
            violations.add(
                "%s has its lease of epoch %s until %s, and a majority vouched until %s"
                    .formatted(id, epoch, Duration.ofNanos(d.atNs()), bound)));
  }

  private boolean isHeard(String host, WitnessList list) {
    long hearing =
        list.witnesses().stream()
            .map(this::placeOf)
            .filter(w -> fleet.hears(w, host) && fleet.answersAll(w))
            .count();
    return hearing >= list.majority();
  }

  private String placeOf(Witness witness) {
    return fleet.plan().placeAt(BindAddress.parse(witness.endpoint()));
  }

  /** Hosts proven dead. */
  public long fenced() {
    return fenced;
  }
}
