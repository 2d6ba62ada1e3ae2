package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.List;
import java.util.Map;

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
    List<RunningCell> running,
    Map<AreaId, Sessions> sessions,
    NodeLoad load,
    boolean fresh)
    implements CborSerializable {
  public NodeReport {
    running = List.copyOf(running);
    sessions = Map.copyOf(sessions);
  }

  /**
   * A cell of which something is in a node's memory.
   *
   * @param vms its entities there of VMs that exist; hosts are known from their registration
   */
  public record RunningCell(CellId cell, int vms) implements CborSerializable {}

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
