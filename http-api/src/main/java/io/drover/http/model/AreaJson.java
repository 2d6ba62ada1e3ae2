package io.drover.http.model;

import io.drover.actor.api.AreaView;
import io.drover.config.units.AreaId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An area. */
public record AreaJson(
    String id,
    long version,
    String managedBy,
    long areaEpoch,
    String cause,
    String reason,
    Instant since,
    List<String> backups,
    String failback,
    long failbackAfterSeconds,
    int borrowLimit,
    List<AlarmJson> alarms,
    List<CellJson> cells,
    List<String> hosts,
    int hostsConnected,
    int hostsToSwitch,
    List<NodeJson> controlNodes,
    Optional<ArmingJson> arming) {

  /**
   * One cell of it.
   *
   * @param node the control node that runs it; absent when none does
   */
  public record CellJson(String id, String managedBy, Optional<String> node) {}

  /** What a person should look at. */
  public record AlarmJson(String kind, String detail) {}

  /** A control node of the area. */
  public record NodeJson(
      String name,
      int hosts,
      int vms,
      int hostRoom,
      int vmRoom,
      boolean reporting,
      double commandsPerSecond,
      double commandP99Ms,
      double journalLagMs,
      long heapUsedBytes,
      long heapMaxBytes) {
    static NodeJson from(AreaView.NodeView node) {
      return new NodeJson(
          node.name(),
          node.hosts(),
          node.vms(),
          node.hostRoom(),
          node.vmRoom(),
          node.fresh(),
          node.commandsPerSecond(),
          node.commandP99Millis(),
          node.journalLagMillis(),
          node.heapUsedBytes(),
          node.heapMaxBytes());
    }
  }

  public static AreaJson from(AreaView area) {
    return new AreaJson(
        area.id().name(),
        area.version(),
        area.managedBy().name(),
        area.areaEpoch().value(),
        word(area.cause()),
        area.reason(),
        area.since(),
        area.backups().stream().map(AreaId::name).toList(),
        word(area.failback()),
        area.failbackAfter().toSeconds(),
        area.borrowLimit(),
        area.alarms().stream().map(a -> new AlarmJson(a.kind(), a.detail())).toList(),
        area.cells().stream()
            .map(cell ->
                new CellJson(
                    cell.cell(),
                    cell.managedBy().name(),
                    Optional.of(cell.node()).filter(node -> !node.isEmpty())))
            .toList(),
        area.hosts(),
        area.connected(),
        Math.max(area.hosts().size() - area.settled(), 0),
        area.controlNodes().stream().map(NodeJson::from).toList(),
        area.arming().map(ArmingJson::from));
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
