package io.drover.multinode.simulation.fleet;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.node.sharding.CellAllocation;
import io.drover.node.sharding.CellOfEntity;
import io.drover.node.sharding.CellPlaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where each shard is, in truth and as each control node believes: a move reaches one node after
 * the other, and the old owner perhaps last, so that for a while two run the same entities. Where
 * it belongs the shipped allocation says, by what the oldest member knows.
 */
final class Cells {
  /** How long the slowest node takes to hear of a move. */
  private static final Duration SPREAD = Duration.ofSeconds(3);

  private static final Duration REBALANCE = Duration.ofSeconds(4);

  /** As the shipped allocation has it. */
  private static final int MOVES_PER_REBALANCE = 4;

  private final Fleet fleet;
  private final CellOfEntity<Object> extractor = new CellOfEntity<>();
  private final Set<String> members = new TreeSet<>();
  private final Map<String, String> shardOf = new HashMap<>();
  private final Map<String, String> homes = new TreeMap<>();
  private final Map<String, Integer> moves = new HashMap<>();
  private final Set<String> overlapping = new TreeSet<>();
  private final Map<String, Set<String>> remembered = new HashMap<>();

  Cells(Fleet fleet) {
    this.fleet = fleet;
    for (AreaId area : fleet.plan().areas()) {
      List<String> nodes = fleet.plan().nodesOf(area);
      homes.put(area.name(), nodes.getFirst());
      for (int i = 0; i < Plan.CELLS; i++) {
        homes.put(new CellId(area, i).toString(), nodes.get(i % nodes.size()));
      }
    }
    fleet.world().loop().every(REBALANCE, this::rebalance);
  }

  // ---- members

  Set<String> members() {
    return members;
  }

  void join(String place) {
    members.add(place);
  }

  /** It is no member any more: what it ran goes where it belongs now. */
  void remove(String place) {
    if (members.size() > 1 && members.remove(place)) {
      CellPlaces<String> places = places();
      for (String shard : shards()) {
        if (home(shard).equals(place)) {
          places.placeOf(shard).ifPresent(to -> move(shard, to));
        }
      }
    }
  }

  /** Orderly: a node gives a shard up before another one starts it. */
  private void rebalance() {
    CellPlaces<String> places = places();
    int left = MOVES_PER_REBALANCE;
    for (String shard : shards()) {
      Optional<String> place = places.placeOf(shard).filter(p -> !p.equals(home(shard)));
      if (place.isPresent() && left-- > 0) {
        boolean orderly = fleet.isUp(home(shard)) && members.contains(home(shard));
        move(shard, place.get(), orderly ? Duration.ZERO : SPREAD);
      }
    }
  }

  private CellPlaces<String> places() {
    Optional<ControlNode> coordinator =
        members.stream().flatMap(place -> fleet.node(place).stream()).findFirst();
    return new CellPlaces<>(
        coordinator.isPresent() ? coordinator.get().sight() : fleet.blindSight(),
        members.stream()
            .map(place ->
                new CellPlaces.Region<>(
                    place, place, Set.of(CellAllocation.roleOf(fleet.plan().areaOfNode(place)))))
            .toList());
  }

  // ---- shards

  String shardOf(String entityId) {
    return shardOf.computeIfAbsent(entityId, extractor::shardId);
  }

  /** As a node that joins now learns it. */
  Map<String, String> homes() {
    return new HashMap<>(homes);
  }

  List<String> shards() {
    return new ArrayList<>(homes.keySet());
  }

  String home(String shard) {
    return homes.getOrDefault(shard, "");
  }

  /** Migrations are started wherever their shard goes; others when somebody asks. */
  void remember(String shard, String entity) {
    remembered.computeIfAbsent(shard, _ -> new HashSet<>()).add(entity);
  }

  void forget(String shard, String entity) {
    remembered.getOrDefault(shard, new HashSet<>()).remove(entity);
  }

  List<String> remembered(String shard) {
    return remembered.getOrDefault(shard, Set.of()).stream().sorted().toList();
  }

  /** A shard moves: everybody learns of it within a few seconds. */
  private void move(String shard, String to) {
    move(shard, to, SPREAD);
  }

  /**
   * A shard moves, and its old owner goes on with it for a while.
   *
   * @param unaware until then; zero = it ends before anybody else begins
   */
  void move(String shard, String to, Duration unaware) {
    String from = home(shard);
    if (from.equals(to)) {
      return;
    }
    homes.put(shard, to);
    moves.merge(shard, 1, Integer::sum);
    if (!unaware.isZero()) {
      overlapping.add(shard);
    }
    fleet.world().trace().note("shards", shard + ": " + from + " -> " + to);
    for (String place : fleet.plan().nodes()) {
      Duration most = place.equals(from) ? unaware : SPREAD;
      Duration hears = fleet.world().loop().between(Duration.ZERO, most);
      fleet.world().loop().after(hears, () -> fleet.node(place).ifPresent(n -> hear(n, shard)));
    }
  }

  /** What a node that stands still does not hear. */
  private void hear(ControlNode node, String shard) {
    fleet.world().run(node.machine(), () -> tell(node, shard));
  }

  private void tell(ControlNode node, String shard) {
    node.learn(shard, home(shard), moves(shard));
  }

  private int moves(String shard) {
    return moves.getOrDefault(shard, 0);
  }

  /** How often each shard has moved, as a node that joins now learns it. */
  Map<String, Integer> moves() {
    return new HashMap<>(moves);
  }

  /**
   * Every node hears at once where every shard is. Where two owners overlapped, the new one starts
   * its entities anew: one that recovered before the old one's last write does not know of it until
   * it writes, rests or moves itself. That gap is known, and not what a run is to find again.
   */
  void tellAll() {
    overlapping.forEach(shard -> moves.merge(shard, 1, Integer::sum));
    overlapping.clear();
    for (String shard : shards()) {
      fleet.plan().nodes().forEach(place -> fleet.node(place).ifPresent(n -> tell(n, shard)));
    }
  }
}
