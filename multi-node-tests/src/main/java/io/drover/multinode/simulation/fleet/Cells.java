package io.drover.multinode.simulation.fleet;

import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.node.sharding.CellOfEntity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where each shard is, in truth and as each control node believes: a move reaches one node after
 * the other, and the old owner perhaps last, so that for a while two run the same entities.
 */
final class Cells {
  /** How long the slowest node takes to hear of a move. */
  private static final Duration SPREAD = Duration.ofSeconds(3);

  private final Fleet fleet;
  private final CellOfEntity<Object> extractor = new CellOfEntity<>();
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
  }

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
  void move(String shard, String to) {
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
      fleet.plan().nodes().forEach(place -> fleet.node(place).ifPresent(n -> hear(n, shard)));
    }
  }

  /** What a dead node ran goes to others of its area, or of the other one. */
  void evacuate(String place) {
    for (String shard : shards()) {
      if (home(shard).equals(place)) {
        List<String> next = fleet.plan().successors(shard, fleet::isUp);
        if (!next.isEmpty()) {
          move(shard, fleet.world().loop().oneOf(next));
        }
      }
    }
  }
}
