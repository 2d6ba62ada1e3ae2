package io.drover.http.model;

import io.drover.actor.api.AreaView;
import java.util.List;
import java.util.Optional;

/** An area. */
public record AreaJson(
    String id,
    long version,
    List<CellJson> cells,
    List<String> hosts,
    List<String> controlNodes,
    ArmingJson arming) {

  /**
   * One cell of it.
   *
   * @param node the control node that runs it; absent when none does
   */
  public record CellJson(String id, String managedBy, Optional<String> node) {}

  public static AreaJson from(AreaView area) {
    return new AreaJson(
        area.id().name(),
        area.version(),
        area.cells().stream()
            .map(cell ->
                new CellJson(
                    cell.cell(),
                    cell.managedBy().name(),
                    Optional.of(cell.node()).filter(node -> !node.isEmpty())))
            .toList(),
        area.hosts(),
        area.controlNodes(),
        ArmingJson.from(area.arming()));
  }
}
