package io.drover.actor.area;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.NodeReport.RunningCell;
import io.drover.actor.area.NodeReport.Sessions;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A sight of nodes and areas that a test has made up. */
public final class KnownFleet implements FleetSight {
  public static final int HOST_LIMIT = 100;
  public static final int VM_LIMIT = 1000;

  private final Map<String, NodeReport> nodes = new ConcurrentSkipListMap<>();
  private final Map<AreaId, Management> managements = new ConcurrentHashMap<>();
  private final Map<AreaId, Map<String, List<Alarm>>> alarms = new ConcurrentHashMap<>();
  private volatile Duration sinceReport = Duration.ZERO;

  /** A node that manages so many hosts. */
  public KnownFleet node(String name, AreaId area, int hosts, CellId... running) {
    return node(name, area, hosts, runs(running));
  }

  /** A node that manages so many hosts, and VMs in these cells. */
  public KnownFleet node(String name, AreaId area, int hosts, List<RunningCell> running) {
    int vms = running.stream().mapToInt(RunningCell::vms).sum();
    NodeLoad load = new NodeLoad(hosts, vms, HOST_LIMIT, VM_LIMIT, 0, 0, 0, 0, 1);
    Map<AreaId, Sessions> sessions = Map.of(area, new Sessions(hosts, hosts));
    nodes.put(name, new NodeReport(name, area, name + ":7200", running, sessions, load, true));
    return this;
  }

  private static List<RunningCell> runs(CellId... cells) {
    return Arrays.stream(cells).map(cell -> new RunningCell(cell, 0)).toList();
  }

  /** What a node runs of an area: cells, and settled sessions of so many of its hosts. */
  public KnownFleet running(String name, AreaId of, int settled, CellId... cells) {
    nodes.computeIfPresent(
        name,
        (_, report) ->
            new NodeReport(
                name,
                report.area(),
                report.gateway(),
                runs(cells),
                Map.of(of, new Sessions(settled, settled)),
                report.load(),
                true));
    return this;
  }

  public KnownFleet silent(String name) {
    nodes.computeIfPresent(name, (_, report) -> report.stale());
    return this;
  }

  public KnownFleet gone(String name) {
    nodes.remove(name);
    return this;
  }

  /** An area that runs itself. */
  public KnownFleet area(AreaId area, AreaId... backups) {
    publish(
        new Management(
            area,
            Epoch.NONE,
            1,
            1,
            8,
            Map.of(),
            AreaPolicy.DEFAULT.withBackups(List.of(backups)),
            area,
            Map.of(),
            Map.of()));
    return this;
  }

  @Override
  public List<NodeReport> nodes() {
    return List.copyOf(nodes.values());
  }

  /** All reports are so old. */
  public KnownFleet reported(Duration ago) {
    sinceReport = ago;
    return this;
  }

  @Override
  public Duration sinceReport(AreaId area) {
    return sinceReport;
  }

  @Override
  public Optional<Management> management(AreaId area) {
    return Optional.ofNullable(managements.get(area));
  }

  @Override
  public List<Alarm> raised(AreaId area) {
    return alarms.getOrDefault(area, Map.of()).values().stream().flatMap(List::stream).toList();
  }

  @Override
  public void raise(AreaId area, String by, List<Alarm> all) {
    alarms.computeIfAbsent(area, _ -> new ConcurrentHashMap<>()).put(by, all);
  }

  @Override
  public List<Management> managements() {
    return List.copyOf(managements.values());
  }

  @Override
  public void publish(Management management) {
    managements.put(management.area(), management);
  }
}
