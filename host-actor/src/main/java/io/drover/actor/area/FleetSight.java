package io.drover.actor.area;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.NodeReport.RunningCell;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What this node knows of the others: their reports, and what areas have decided. Up to a second
 * old; never blocks; safe on any thread.
 */
public interface FleetSight {
  /** How often an alarm is repeated at least. */
  Duration ALARM_INTERVAL = Duration.ofSeconds(5);

  /** Reports of the control nodes that are members of the cluster now. */
  List<NodeReport> nodes();

  /** How long ago the newest report of a node of that area came; zero when all are silent. */
  Duration sinceReport(AreaId area);

  /** What is known of an area; empty for one that nobody has defined, or heard of yet. */
  Optional<Management> management(AreaId area);

  /** What is known of every area. */
  List<Management> managements();

  /** Tells every node. Best effort: the entity says it again each second. */
  void publish(Management management);

  /** What somebody who looks after an area says is wrong with it; forgotten when not repeated. */
  List<Alarm> raised(AreaId area);

  /**
   * Tells every node what is wrong with an area, as seen by one who looks after it; replaces what
   * the same one has said before. To be repeated within {@link #ALARM_INTERVAL}.
   *
   * @param by whoever says it
   */
  void raise(AreaId area, String by, List<Alarm> alarms);

  /** Whether control nodes of that area are there to run cells. */
  default boolean isUsable(AreaId area) {
    return nodes().stream().anyMatch(node -> node.area().equals(area));
  }

  /** VMs of each cell, as the nodes that run it have last said. */
  default Map<CellId, Integer> vmsByCell() {
    return nodes().stream()
        .flatMap(node -> node.running().stream())
        .filter(runs -> runs.vms() > 0)
        .collect(Collectors.toMap(RunningCell::cell, RunningCell::vms, Integer::sum));
  }

  /** The room of all nodes of an area; none while they say nothing. */
  default Headroom headroom(AreaId area) {
    return nodes().stream()
        .filter(node -> node.area().equals(area))
        .map(NodeReport::headroom)
        .reduce(Headroom.NONE, Headroom::plus);
  }
}
