package io.drover.actor.routing;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.List;

/** Which control nodes there are: only the cluster knows. Never blocks; safe on any thread. */
public interface ControlNodes {
  /** Names of the nodes that serve the area, ordered. */
  List<String> of(AreaId area);

  /** The node that runs the cell now, as far as this node knows; empty text when none does. */
  String running(CellId cell);
}
