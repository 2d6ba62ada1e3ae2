package io.drover.actor.area;

import io.drover.actor.api.Refusal;
import io.drover.config.units.AreaId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which backup is to run an area, when a person wants one to. Pure. */
public sealed interface BackupChoice {
  /** It has nodes and room. */
  record Found(AreaId area) implements BackupChoice {}

  /** No backup can, or not that one; with figures. */
  record None(Refusal refusal) implements BackupChoice {}

  /**
   * Chooses it; who runs the area now is never chosen.
   *
   * @param wanted of its hierarchy; empty = the first with room
   */
  static BackupChoice of(Management area, FleetSight sight, Optional<AreaId> wanted) {
    List<AreaId> backups = area.policy().backups();
    if (wanted.filter(to -> !backups.contains(to)).isPresent()) {
      return refuse(
          Refusal.Kind.CONFLICT,
          "area %s is not in the backup hierarchy of %s: %s"
              .formatted(wanted.get(), area.area(), backups),
          Map.of("area", wanted.get().name(), "backups", names(backups)));
    }
    Map<String, OptionalInt> rooms = new TreeMap<>(); // empty: without a control node
    for (AreaId candidate : wanted.map(List::of).orElse(backups)) {
      if (candidate.equals(area.keeper())) {
        continue;
      }
      boolean usable = sight.isUsable(candidate);
      int room = sight.headroom(candidate).hosts();
      if (usable && room >= area.hosts()) {
        return new Found(candidate);
      }
      rooms.put(candidate.name(), usable ? OptionalInt.of(room) : OptionalInt.empty());
    }
    return refuse(
        Refusal.Kind.NO_HEADROOM,
        rooms.isEmpty()
            ? "area %s has no backup to fail over to".formatted(area.area())
            : "no backup of area %s can run its %d hosts: %s"
                .formatted(area.area(), area.hosts(), text(rooms)),
        figures(area, rooms));
  }

  private static Map<String, String> figures(Management area, Map<String, OptionalInt> rooms) {
    Map<String, String> figures = new TreeMap<>();
    figures.put("hosts", Integer.toString(area.hosts()));
    rooms.forEach(
        (backup, room) -> figures.put("headroom." + backup, Integer.toString(room.orElse(0))));
    return figures;
  }

  private static String text(Map<String, OptionalInt> rooms) {
    return rooms.entrySet().stream()
        .map(entry -> entry.getKey() + " has " + text(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String text(OptionalInt room) {
    return room.isPresent() ? "room for %d hosts".formatted(room.getAsInt()) : "no control node";
  }

  private static String names(List<AreaId> areas) {
    return areas.stream().map(AreaId::name).collect(Collectors.joining(", "));
  }

  private static BackupChoice refuse(Refusal.Kind kind, String detail, Map<String, String> facts) {
    return new None(new Refusal(kind, detail, facts, List.of()));
  }
}
