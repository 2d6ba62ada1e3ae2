package io.drover.node.sharding;

import io.drover.actor.area.FleetSight;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.MalformedIdException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where shards belong, by what a node knows of areas and members. Pure: knows nothing of how shards
 * are moved.
 *
 * @param regions those that may have shards
 */
public record CellPlaces<R>(FleetSight sight, List<Region<R>> regions) {
  /**
   * A region on a member that is up.
   *
   * @param address orders the nodes, the same for every kind of entity
   */
  public record Region<R>(R ref, String address, Set<String> roles) {}

  public CellPlaces {
    regions = regions.stream().sorted(Comparator.comparing((Region<R> r) -> r.address)).toList();
  }

  /** Empty when its hierarchy has no node. */
  public Optional<R> placeOf(String shard) {
    Optional<CellId> cell = cell(shard);
    List<R> candidates =
        areasFor(shard, cell).stream()
            .map(this::regionsOf)
            .filter(found -> !found.isEmpty())
            .findFirst()
            .orElseGet(() -> isFree(cell) ? refs(regions) : List.of());
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(candidates.get(indexOf(cell) % candidates.size()));
  }

  private List<AreaId> areasFor(String shard, Optional<CellId> cell) {
    AreaId home = cell.map(CellId::area).orElseGet(() -> new AreaId(shard));
    return sight
        .management(home)
        .map(area -> cell.map(area::candidates).orElseGet(area::hierarchy))
        .orElseGet(() -> List.of(home));
  }

  /** Whether any node will do: for an area itself, and until its hierarchy is known. */
  private boolean isFree(Optional<CellId> cell) {
    return cell.map(CellId::area).flatMap(sight::management).isEmpty();
  }

  private List<R> regionsOf(AreaId area) {
    String role = CellAllocation.roleOf(area);
    return refs(regions.stream().filter(r -> r.roles.contains(role)).toList());
  }

  private static <R> List<R> refs(List<Region<R>> regions) {
    return regions.stream().map(Region::ref).toList();
  }

  private static int indexOf(Optional<CellId> cell) {
    return cell.map(CellId::index).orElse(0);
  }

  private static Optional<CellId> cell(String shard) {
    try {
      return Optional.of(CellId.parse(shard));
    } catch (MalformedIdException _) {
      return Optional.empty();
    }
  }
}
