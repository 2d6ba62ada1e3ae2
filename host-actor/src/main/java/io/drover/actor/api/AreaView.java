package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An area: its cells, the area that manages each, its hierarchy and its hosts.
 *
 * @param managedBy the area whose nodes run all cells that are not lent
 * @param areaEpoch rises with every change of who manages what
 * @param failbackAfter with {@code AUTO}: how long it must have been well
 * @param borrowLimit how many hosts of other areas it takes over at most
 * @param cause why it is managed as it is: {@code DEFINED}, {@code LOST}, {@code OPERATOR} …
 * @param connected hosts whose agent has a session
 * @param settled of these, the ones whose session is where the newest endpoint list wants it
 * @param controlNodes of this area, whatever they run
 * @param arming whether its lost hosts are fenced; empty in the answer to a change
 */
public record AreaView(
    AreaId id,
    long version,
    AreaId managedBy,
    Epoch areaEpoch,
    List<AreaId> backups,
    String failback,
    Duration failbackAfter,
    int borrowLimit,
    String cause,
    String reason,
    Instant since,
    List<Alarm> alarms,
    List<CellView> cells,
    List<String> hosts,
    int connected,
    int settled,
    List<NodeView> controlNodes,
    Optional<ArmingView> arming)
    implements CborSerializable {
  public AreaView {
    backups = List.copyOf(backups);
    alarms = List.copyOf(alarms);
    cells = List.copyOf(cells);
    hosts = List.copyOf(hosts);
    controlNodes = List.copyOf(controlNodes);
    arming = Objects.requireNonNullElse(arming, Optional.empty()); // null in what was kept before
  }

  /**
   * One cell.
   *
   * @param node the control node that runs it now; empty when none does
   */
  public record CellView(String cell, AreaId managedBy, String node) implements CborSerializable {}

  /**
   * A control node and what it has to do.
   *
   * @param hostRoom how many more hosts it can manage; 0 when it has not reported for a while
   */
  public record NodeView(
      String name,
      int hosts,
      int vms,
      int hostRoom,
      int vmRoom,
      boolean fresh,
      double commandsPerSecond,
      double commandP99Millis,
      double journalLagMillis,
      long heapUsedBytes,
      long heapMaxBytes)
      implements CborSerializable {}

  /**
   * What a person should look at.
   *
   * @param kind {@code unmanaged}, {@code no-healthy-backup}, {@code overloaded}, {@code disarmed},
   *     {@code fencing-held}, {@code weak-leases}
   */
  public record Alarm(String kind, String detail) implements CborSerializable {}
}
