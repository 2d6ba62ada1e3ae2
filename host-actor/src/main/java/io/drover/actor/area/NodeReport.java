package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.Map;
import java.util.Set;

/**
 * What a control node says of itself each second.
 *
 * @param gateway where agents reach it
 * @param running its cells: those of which a host or a VM is in its memory
 * @param sessions of agents, by the area of their host
 * @param fresh false when it has said nothing for a while: then its load counts for nothing
 */
public record NodeReport(
    String node,
    AreaId area,
    String gateway,
    Set<CellId> running,
    Map<AreaId, Sessions> sessions,
    NodeLoad load,
    boolean fresh)
    implements CborSerializable {
  public NodeReport {
    running = Set.copyOf(running);
    sessions = Map.copyOf(sessions);
  }

  /**
   * Agents' sessions with one node.
   *
   * @param settled those whose agent has the newest endpoint list and is where that wants it
   */
  public record Sessions(int open, int settled) implements CborSerializable {
    public static final Sessions NONE = new Sessions(0, 0);

    public Sessions plus(Sessions other) {
      return new Sessions(open + other.open, settled + other.settled);
    }
  }

  Headroom headroom() {
    return fresh ? load.headroom() : Headroom.NONE;
  }

  public NodeReport stale() {
    return new NodeReport(node, area, gateway, running, sessions, load, false);
  }
}
