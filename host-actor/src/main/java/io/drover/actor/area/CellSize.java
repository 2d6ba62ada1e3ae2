package io.drover.actor.area;

import io.drover.actor.area.AreaState.Home;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How much of an area a cell is.
 *
 * @param hosts that are registered
 * @param vms that its nodes report
 */
record CellSize(int index, int hosts, int vms) {
  /** Of the cells of an area that have something in them or are lent, by index. */
  static List<CellSize> of(Home area, FleetSight sight) {
    AreaId id = area.facts().area();
    Map<Integer, Integer> hosts = area.facts().hostsByCell();
    Map<CellId, Integer> vms = sight.vmsByCell();
    Set<Integer> all = new TreeSet<>(hosts.keySet());
    all.addAll(area.lent().keySet());
    vms.keySet().stream()
        .filter(cell -> cell.area().equals(id))
        .map(CellId::index)
        .forEach(all::add);
    return all.stream()
        .map(index ->
            new CellSize(
                index, hosts.getOrDefault(index, 0), vms.getOrDefault(new CellId(id, index), 0)))
        .toList();
  }

  static int hosts(Collection<CellSize> cells) {
    return cells.stream().mapToInt(CellSize::hosts).sum();
  }

  static int vms(Collection<CellSize> cells) {
    return cells.stream().mapToInt(CellSize::vms).sum();
  }
}
