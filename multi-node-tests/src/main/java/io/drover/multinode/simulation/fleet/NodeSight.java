package io.drover.multinode.simulation.fleet;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeLoad;
import io.drover.actor.area.NodeReport;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.WitnessBoard;
import io.drover.config.units.AreaId;
import io.drover.multinode.simulation.engine.Machine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What one control node knows of the others, as the board: who is a member it knows at once, what
 * areas say reaches it over the network, or does not.
 */
final class NodeSight implements FleetSight, WitnessBoard {
  private static final Comparator<AreaId> BY_NAME = Comparator.comparing(AreaId::name);

  private static final int ROOM = 1_000_000;

  private final Fleet fleet;
  private final Map<String, NodeReport> reports = new HashMap<>();
  private final Machine machine;
  private final Map<AreaId, Management> managements = new TreeMap<>(BY_NAME);
  private final Map<AreaId, List<WitnessCandidate>> witnesses = new TreeMap<>(BY_NAME);

  NodeSight(Fleet fleet, Machine machine) {
    this.fleet = fleet;
    this.machine = machine;
  }

  @Override
  public List<NodeReport> nodes() {
    return fleet.cells().members().stream().map(this::report).toList();
  }

  /** What a node says of itself: it has room for everything. */
  private NodeReport report(String node) {
    return reports.computeIfAbsent(
        node,
        _ ->
            new NodeReport(
                node,
                fleet.plan().areaOfNode(node),
                fleet.plan().addressOf(node).toString(),
                List.of(),
                Map.of(),
                new NodeLoad(0, 0, ROOM, ROOM, 0, 0, 0, 0, 1),
                true));
  }

  @Override
  public Duration sinceReport(AreaId area) {
    return Duration.ZERO; // a member is known at once
  }

  @Override
  public Optional<Management> management(AreaId area) {
    return Optional.ofNullable(managements.get(area));
  }

  @Override
  public List<Management> managements() {
    return List.copyOf(managements.values());
  }

  @Override
  public void publish(Management management) {
    tellAll(sight ->
        sight.managements.merge(
            management.area(),
            management,
            (known, told) -> told.isNewerThan(known) ? told : known));
  }

  @Override
  public void post(AreaId area, List<WitnessCandidate> hosts) {
    tellAll(sight -> sight.witnesses.put(area, hosts));
  }

  private void tellAll(Consumer<NodeSight> news) {
    news.accept(this);
    for (String place : fleet.plan().nodes()) {
      fleet
          .node(place)
          .filter(other -> other.machine() != machine)
          .ifPresent(other ->
              fleet.world().send(machine, other.machine(), () -> news.accept(other.sight())));
    }
  }

  @Override
  public List<WitnessCandidate> besides(AreaId area) {
    List<WitnessCandidate> all = new ArrayList<>();
    for (NodeReport node : nodes()) {
      Witness witness = new Witness(node.node(), node.gateway());
      all.add(new WitnessCandidate(witness, node.area().name(), "", true));
    }
    witnesses.forEach((other, hosts) -> {
      if (!other.equals(area)) {
        all.addAll(hosts);
      }
    });
    return all;
  }

  @Override
  public List<Alarm> raised(AreaId area) {
    return List.of(); // nobody looks
  }

  @Override
  public void raise(AreaId area, String by, List<Alarm> alarms) {}
}
