package io.drover.node.board;

import io.drover.actor.InMemory;
import io.drover.actor.area.NodeReport.RunningCell;
import io.drover.actor.area.NodeReport.Sessions;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is in this node's memory: entities of what exists, by cell; sessions of agents. Any
 * thread.
 */
public final class NodeCensus {
  /** Kinds of entities that make the size of a fleet. */
  public enum Kind {
    HOST,
    VM
  }

  private final Map<Kind, Map<CellId, Integer>> entities =
      Map.of(Kind.HOST, new ConcurrentHashMap<>(), Kind.VM, new ConcurrentHashMap<>());
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  private record Session(AreaId area, boolean settled) {}

  /**
   * The place of one entity, which does not count yet.
   *
   * @param rest called when the entity need not stay
   */
  public InMemory place(Kind kind, CellId cell, Runnable rest) {
    return new Place(of(kind), cell, rest);
  }

  /** Called by one thread; the counts are not. */
  private static final class Place implements InMemory {
    private final Map<CellId, Integer> counts;
    private final CellId cell;
    private final Runnable rest;
    private boolean counted;

    private Place(Map<CellId, Integer> counts, CellId cell, Runnable rest) {
      this.counts = counts;
      this.cell = cell;
      this.rest = rest;
    }

    @Override
    public void mayRest() {
      rest.run();
    }

    @Override
    public void exists(boolean exists) {
      if (exists != counted) {
        counted = exists;
        counts.merge(cell, exists ? 1 : -1, Place::sum);
      }
    }

    private static @Nullable Integer sum(int count, int change) {
      return count + change == 0 ? null : Integer.valueOf(count + change);
    }
  }

  /**
   * A session is open.
   *
   * @param settled its agent has the newest endpoint list, and is where that wants it
   */
  public void session(String id, AreaId area, boolean settled) {
    sessions.put(id, new Session(area, settled));
  }

  public void sessionOver(String id) {
    sessions.remove(id);
  }

  int count(Kind kind) {
    return of(kind).values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Cells with hosts or VMs here. */
  List<RunningCell> running() {
    Map<CellId, Integer> vms = of(Kind.VM);
    Set<CellId> all = new HashSet<>(of(Kind.HOST).keySet());
    all.addAll(vms.keySet());
    return all.stream().map(cell -> new RunningCell(cell, vms.getOrDefault(cell, 0))).toList();
  }

  Map<AreaId, Sessions> sessions() {
    Map<AreaId, Sessions> all = new HashMap<>();
    sessions
        .values()
        .forEach(s -> all.merge(s.area(), new Sessions(1, s.settled() ? 1 : 0), Sessions::plus));
    return all;
  }

  private Map<CellId, Integer> of(Kind kind) {
    return entities.getOrDefault(kind, Map.of());
  }
}
