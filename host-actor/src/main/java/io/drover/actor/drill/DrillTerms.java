package io.drover.actor.drill;

import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.BackupChoice;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.actor.drill.Drill.Event;
import io.drover.config.units.AreaId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether an area may be drilled now. Pure. */
sealed interface DrillTerms {
  record Begin(Event.DrillStarted event) implements DrillTerms {}

  record Refuse(Refusal refusal) implements DrillTerms {}

  /**
   * Of a healthy area only: one that runs all of itself, and has a backup with room.
   *
   * @param settled hosts that are settled with the area's own control nodes
   */
  static DrillTerms of(
      Drill.Request.Start asked,
      Area.Reply.Shown shown,
      FleetSight sight,
      int settled,
      Instant now) {
    Management area = shown.management();
    AreaId id = area.area();
    if (!area.keeper().equals(id)) {
      return refuse(
          "area %s is run by %s since %s: %s; a drill is for areas that run themselves"
              .formatted(id, area.keeper(), shown.since(), shown.reason()),
          Map.of("managedBy", area.keeper().name()));
    }
    if (!area.lent().isEmpty()) {
      return refuse(
          "area %s has lent %d of its %d cells; a drill would not lend them again"
              .formatted(id, area.lent().size(), area.cells()),
          Map.of("lentCells", Integer.toString(area.lent().size())));
    }
    if (area.policy().failback() == AreaPolicy.Failback.NEVER) {
      return refuse(
          "area %s would not come back: its failback policy is never".formatted(id),
          Map.of("failback", "never"));
    }
    Set<Integer> cells =
        area.hostsByCell().entrySet().stream()
            .filter(cell -> cell.getValue() > 0)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    if (cells.isEmpty() || !sight.isUsable(id)) {
      return refuse(
          "area %s has %d hosts and %s control node: there is nothing to try"
              .formatted(id, area.hosts(), sight.isUsable(id) ? "a" : "no"),
          Map.of("hosts", Integer.toString(area.hosts())));
    }
    return switch (BackupChoice.of(area, sight, asked.to())) {
      case BackupChoice.None none -> new Refuse(none.refusal());
      case BackupChoice.Found found ->
          new Begin(
              new Event.DrillStarted(
                  id, asked.operation(), found.area(), area.areaEpoch(), cells, settled, now));
    };
  }

  private static DrillTerms refuse(String detail, Map<String, String> facts) {
    return new Refuse(new Refusal(Refusal.Kind.CONFLICT, detail, facts, List.of()));
  }
}
