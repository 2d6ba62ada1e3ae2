package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.config.units.AreaId;
import java.util.List;

/** An area: its cells, the area that manages each, and its hosts. */
public record AreaView(
    AreaId id,
    long version,
    List<CellView> cells,
    List<String> hosts,
    List<String> controlNodes,
    ArmingView arming)
    implements CborSerializable {
  public AreaView {
    cells = List.copyOf(cells);
    hosts = List.copyOf(hosts);
    controlNodes = List.copyOf(controlNodes);
  }

  /**
   * One cell.
   *
   * @param node the control node that runs it now; empty when none does
   */
  public record CellView(String cell, AreaId managedBy, String node) implements CborSerializable {}
}
