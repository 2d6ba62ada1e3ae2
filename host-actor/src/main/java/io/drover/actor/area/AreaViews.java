package io.drover.actor.area;

import io.drover.actor.api.AreaView;
import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.api.AreaView.CellView;
import io.drover.actor.api.AreaView.NodeView;
import io.drover.actor.api.ArmingView;
import io.drover.actor.area.NodeReport.Sessions;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An area as the API shows it: what it has decided, beside what the nodes report. Pure. */
public final class AreaViews {
  private AreaViews() {}

  /**
   * As it is now.
   *
   * @param arming empty when nobody asked
   */
  public static AreaView of(Area.Reply.Shown area, FleetSight sight, Optional<ArmingView> arming) {
    Management management = area.management();
    Map<CellId, String> running = new HashMap<>();
    sight
        .nodes()
        .forEach(node -> node.running().forEach(runs -> running.put(runs.cell(), node.node())));
    return new AreaView(
        management.area(),
        management.version(),
        management.keeper(),
        management.areaEpoch(),
        management.policy().backups(),
        management.policy().failback().name(),
        management.policy().failbackAfter(),
        management.policy().borrowLimit(),
        area.cause().name(),
        area.reason(),
        area.since(),
        alarms(management, sight, arming),
        IntStream.range(0, management.cells())
            .mapToObj(i -> new CellId(management.area(), i))
            .map(cell ->
                new CellView(
                    cell.toString(), management.managerOf(cell), running.getOrDefault(cell, "")))
            .toList(),
        area.hosts().stream().map(HostId::text).toList(),
        sessions(management.area(), sight.nodes()).open(),
        sessions(management.area(), managing(management, sight)).settled(),
        nodes(management.area(), sight),
        arming);
  }

  /** An agent that is with other nodes has yet to switch, whatever those have said before. */
  private static List<NodeReport> managing(Management management, FleetSight sight) {
    return sight.nodes().stream().filter(node -> management.isManagedBy(node.area())).toList();
  }

  private static Sessions sessions(AreaId area, List<NodeReport> nodes) {
    return nodes.stream()
        .map(node -> node.sessions().getOrDefault(area, Sessions.NONE))
        .reduce(Sessions.NONE, Sessions::plus);
  }

  private static List<NodeView> nodes(AreaId area, FleetSight sight) {
    return sight.nodes().stream()
        .filter(node -> node.area().equals(area))
        .sorted(Comparator.comparing(NodeReport::node))
        .map(node ->
            new NodeView(
                node.node(),
                node.load().hosts(),
                node.load().vms(),
                node.headroom().hosts(),
                node.headroom().vms(),
                node.fresh(),
                node.load().commandsPerSecond(),
                node.load().commandP99Millis(),
                node.load().journalLagMillis(),
                node.load().heapUsedBytes(),
                node.load().heapMaxBytes()))
        .toList();
  }

  /** What is known now about fencing is newer than what was last said of it. */
  private static List<Alarm> alarms(
      Management management, FleetSight sight, Optional<ArmingView> arming) {
    return arming
        .map(armed ->
            Stream.concat(
                    alarms(management, sight).stream().filter(a -> !ArmingView.isAboutFencing(a)),
                    armed.alarms().stream())
                .toList())
        .orElseGet(() -> alarms(management, sight));
  }

  /** What is wrong with an area. */
  public static List<Alarm> alarms(Management management, FleetSight sight) {
    List<Alarm> alarms = new ArrayList<>(sight.raised(management.area()));
    if (!sight.isUsable(management.keeper())) {
      alarms.add(
          new Alarm("unmanaged", "area " + management.keeper() + " has no control node to run it"));
    }
    List<AreaId> others =
        management.hierarchy().stream().filter(a -> !a.equals(management.keeper())).toList();
    if (others.isEmpty()) {
      alarms.add(new Alarm("no-healthy-backup", "its hierarchy is empty"));
    } else if (others.stream().noneMatch(a -> sight.headroom(a).hosts() >= management.hosts())) {
      alarms.add(
          new Alarm(
              "no-healthy-backup",
              "none of %s has a control node with room for %d hosts"
                  .formatted(others, management.hosts())));
    }
    return alarms;
  }
}
