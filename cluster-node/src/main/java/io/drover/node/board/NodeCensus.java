package io.drover.node.board;

import io.drover.actor.area.NodeReport.Sessions;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what is in this node's memory: entities by cell, sessions of agents. Any thread. */
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

  public void started(Kind kind, CellId cell) {
    of(kind).merge(cell, 1, Integer::sum);
  }

  public void stopped(Kind kind, CellId cell) {
    of(kind).computeIfPresent(cell, (_, count) -> count == 1 ? null : count - 1);
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
  Set<CellId> running() {
    Map<CellId, Integer> all = new HashMap<>(of(Kind.HOST));
    all.putAll(of(Kind.VM));
    return Set.copyOf(all.keySet());
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
