package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who runs an area, as its {@code Area} entity has decided and tells every control node again each
 * second. What a node believes of it may be late; nothing but speed rests on it.
 *
 * @param areaEpoch rises with every change of who manages what
 * @param version of the entity; of two with one epoch the higher is newer
 * @param endpointsVersion of the endpoint lists that follow from it
 * @param hostsByCell how many are registered in each cell that has any
 * @param keeper the area whose nodes run all cells that are not lent: itself, or who took over
 * @param lent index of each lent cell, and to whom
 * @param gateways addresses of the gateways of this area and of its backups, as last seen
 */
public record Management(
    AreaId area,
    Epoch areaEpoch,
    long version,
    long endpointsVersion,
    int cells,
    Map<Integer, Integer> hostsByCell,
    AreaPolicy policy,
    AreaId keeper,
    Map<Integer, AreaId> lent,
    Map<AreaId, List<String>> gateways)
    implements CborSerializable {
  public Management {
    hostsByCell = Map.copyOf(hostsByCell);
    lent = Map.copyOf(lent);
    gateways = Map.copyOf(gateways);
  }

  /** How many hosts are registered. */
  public int hosts() {
    return hostsByCell.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The area whose nodes are to run the cell. */
  public AreaId managerOf(CellId cell) {
    return lent.getOrDefault(cell.index(), keeper);
  }

  /** Whether that area's nodes are to run cells of this one. */
  boolean isManagedBy(AreaId other) {
    return keeper.equals(other) || lent.containsValue(other);
  }

  /** Areas whose nodes may run the cell, the one that is to first. */
  public List<AreaId> candidates(CellId cell) {
    Set<AreaId> all = new LinkedHashSet<>();
    all.add(managerOf(cell));
    all.add(keeper);
    all.addAll(hierarchy());
    return List.copyOf(all);
  }

  /** The area itself and its backups, in the order in which they are to run it. */
  public List<AreaId> hierarchy() {
    return hierarchy(area, policy.backups());
  }

  /** Its hierarchy, and who runs cells of it although a change of policy has dropped them. */
  public Set<AreaId> concerned() {
    Set<AreaId> all = new LinkedHashSet<>(hierarchy());
    all.add(keeper);
    all.addAll(lent.values());
    return all;
  }

  static List<AreaId> hierarchy(AreaId area, List<AreaId> backups) {
    List<AreaId> all = new ArrayList<>();
    all.add(area);
    all.addAll(backups);
    return List.copyOf(all);
  }

  public boolean isNewerThan(Management other) {
    int epochs = areaEpoch.compareTo(other.areaEpoch);
    return epochs > 0 || (epochs == 0 && version > other.version);
  }

  /** Where the agents of a cell's hosts find their control plane: its manager's gateways first. */
  public EndpointList endpointsOf(CellId cell) {
    List<String> endpoints =
        candidates(cell).stream()
            .flatMap(a -> gateways.getOrDefault(a, List.of()).stream())
            .distinct()
            .limit(EndpointList.LIMIT)
            .toList();
    int managing = gateways.getOrDefault(managerOf(cell), List.of()).size();
    return new EndpointList(
        areaEpoch, endpointsVersion, endpoints, Math.min(managing, endpoints.size()));
  }
}
