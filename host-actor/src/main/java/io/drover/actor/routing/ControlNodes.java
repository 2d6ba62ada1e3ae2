package io.drover.actor.routing;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Which control nodes there are: only the cluster knows. Never blocks; safe on any thread. */
public interface ControlNodes {
  /** Names of the nodes that serve the area, ordered. */
  List<String> of(AreaId area);

  /**
   * The node that runs each cell now, as far as they answer; a cell of which nothing is in use has
   * none. Never fails.
   */
  CompletionStage<Map<CellId, String>> running();
}
