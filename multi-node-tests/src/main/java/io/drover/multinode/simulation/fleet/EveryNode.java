package io.drover.multinode.simulation.fleet;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeLoad;
import io.drover.actor.area.NodeReport;
import io.drover.config.units.AreaId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Every node of the plan seems to be there: who takes over from whom is not simulated, shards move
 * as the faults have it.
 */
final class EveryNode implements FleetSight {
  private static final int ROOM = 1_000_000;

  private final List<NodeReport> nodes;
  private final Map<AreaId, Management> managements = new HashMap<>();

  EveryNode(Plan plan, Function<String, String> gateway) {
    NodeLoad load = new NodeLoad(0, 0, ROOM, ROOM, 0, 0, 0, 0, 1);
    this.nodes =
        plan.nodes().stream()
            .map(node ->
                new NodeReport(
                    node,
                    plan.areaOfNode(node),
                    gateway.apply(node),
                    Set.of(),
                    Map.of(),
                    load,
                    true))
            .toList();
  }

  @Override
  public List<NodeReport> nodes() {
    return nodes;
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
  public List<Alarm> raised(AreaId area) {
    return List.of(); // nobody looks
  }

  @Override
  public void raise(AreaId area, String by, List<Alarm> alarms) {}

  @Override
  public void publish(Management management) {
    managements.merge(
        management.area(), management, (known, told) -> told.isNewerThan(known) ? told : known);
  }
}
