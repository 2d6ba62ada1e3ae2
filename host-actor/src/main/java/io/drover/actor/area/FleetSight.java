package io.drover.actor.area;

import io.drover.config.units.AreaId;
import java.util.List;
import java.util.Optional;

/**
 * What this node knows of the others: their reports, and what areas have decided. Up to a second
 * old; never blocks; safe on any thread.
 */
public interface FleetSight {
  /** Reports of the control nodes that are members of the cluster now. */
  List<NodeReport> nodes();

  /** What is known of an area; empty for one that nobody has defined, or heard of yet. */
  Optional<Management> management(AreaId area);

  /** What is known of every area. */
  List<Management> managements();

  /** Tells every node. Best effort: the entity says it again each second. */
  void publish(Management management);

  /** Whether control nodes of that area are there to run cells. */
  default boolean isUsable(AreaId area) {
    return nodes().stream().anyMatch(node -> node.area().equals(area));
  }

  /** The room of all nodes of an area; none while they say nothing. */
  default Headroom headroom(AreaId area) {
    return nodes().stream()
        .filter(node -> node.area().equals(area))
        .map(NodeReport::headroom)
        .reduce(Headroom.NONE, Headroom::plus);
  }
}
