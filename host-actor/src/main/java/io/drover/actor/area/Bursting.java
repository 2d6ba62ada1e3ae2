package io.drover.actor.area;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.AreaState.Home;
import io.drover.config.settings.BurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which cells an area has others run because its own control nodes have too much to do, and when
 * they come home. An area lends only what it runs itself, and keeps one cell at least; who has lent
 * cells of its own takes none. Pure.
 */
final class Bursting {
  private Bursting() {}

  /** The next thing to be decided by itself, if any. */
  static Optional<Event> next(
      Home state, FleetSight sight, BurstOutlook outlook, BurstSettings settings, Instant now) {
    return outlook.isStrainedFor(settings.hold(), now) && !isCoolingDown(state, settings, now)
        ? lend(state, sight, settings, now)
        : outlook.isEasyFor(settings.hold(), now)
            ? bringHome(state, sight, settings, now)
            : Optional.empty();
  }

  /** A lender that has just asked for its room back is not asked again at once. */
  private static boolean isCoolingDown(Home state, BurstSettings settings, Instant now) {
    return state.standing().cause() == Cause.RECALLED
        && state.standing().since().plus(settings.hold()).isAfter(now);
  }

  private static Optional<Event> lend(
      Home state, FleetSight sight, BurstSettings settings, Instant now) {
    AreaId area = state.facts().area();
    AreaUse use = AreaUse.of(area, sight);
    int tooMany = use.hostsAbove(settings.highWater());
    Set<Integer> cells = someCells(state, Math.max(tooMany, 1));
    return cells.isEmpty()
        ? Optional.empty()
        : borrower(state, sight, hostsIn(state, cells), settings)
            .map(to ->
                new Event.CellsLent(
                    cells,
                    to,
                    state.facts().areaEpoch().next(),
                    Cause.OVERLOAD,
                    "control nodes of %s are at %s of their limits, above %s for %s"
                        .formatted(
                            area,
                            percent(use.share()),
                            percent(settings.lowWater()),
                            Spans.text(settings.hold())),
                    now));
  }

  static Alarm overloaded(Home state, FleetSight sight, BurstSettings settings) {
    AreaId area = state.facts().area();
    return new Alarm(
        "overloaded",
        "control nodes of %s are at %s of their limits, above %s for %s, and none of %s can take a cell of it"
            .formatted(
                area,
                percent(AreaUse.of(area, sight).share()),
                percent(settings.lowWater()),
                Spans.text(settings.hold()),
                state.facts().policy().backups()));
  }

  /** As few as have so many hosts, the fullest first; never the last one. */
  private static Set<Integer> someCells(Home state, int hosts) {
    List<Map.Entry<Integer, Integer>> own =
        new ArrayList<>(
            state.facts().hostsByCell().entrySet().stream()
                .filter(cell -> !state.lent().containsKey(cell.getKey()))
                .toList());
    own.sort(
        Map.Entry.<Integer, Integer>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.comparingByKey()));
    Set<Integer> chosen = new TreeSet<>();
    int covered = 0;
    for (Map.Entry<Integer, Integer> cell : own.subList(0, Math.max(own.size() - 1, 0))) {
      if (covered >= hosts) {
        break;
      }
      chosen.add(cell.getKey());
      covered += cell.getValue();
    }
    return chosen;
  }

  static int hostsIn(Home state, Set<Integer> cells) {
    return cells.stream().mapToInt(cell -> state.facts().hostsByCell().getOrDefault(cell, 0)).sum();
  }

  /** The first of the hierarchy that has room below its own low water, and lends nothing itself. */
  static Optional<AreaId> borrower(
      Home state, FleetSight sight, int hosts, BurstSettings settings) {
    return state.facts().policy().backups().stream()
        .filter(sight::isUsable)
        .filter(area -> sight.headroom(area).hosts() >= hosts)
        .filter(area -> AreaUse.of(area, sight).shareWith(hosts) <= settings.lowWater())
        .filter(area -> sight.management(area).filter(m -> lends(m)).isEmpty())
        .filter(area -> borrowed(area, sight) + hosts <= borrowLimit(area, sight))
        .findFirst();
  }

  private static boolean lends(Management area) {
    return !area.lent().isEmpty() || !area.keeper().equals(area.area());
  }

  private static int borrowLimit(AreaId area, FleetSight sight) {
    return sight.management(area).map(m -> m.policy().borrowLimit()).orElse(AreaPolicy.HOST_LIMIT);
  }

  /** Hosts of other areas that an area manages now. */
  private static int borrowed(AreaId borrower, FleetSight sight) {
    return sight.managements().stream()
        .filter(m -> !m.area().equals(borrower))
        .mapToInt(m ->
            m.hostsByCell().entrySet().stream()
                .filter(e -> m.managerOf(new CellId(m.area(), e.getKey())).equals(borrower))
                .mapToInt(Map.Entry::getValue)
                .sum())
        .sum();
  }

  /** One cell at a time, the smallest first, if it still leaves the area below high water. */
  private static Optional<Event> bringHome(
      Home state, FleetSight sight, BurstSettings settings, Instant now) {
    AreaUse use = AreaUse.of(state.facts().area(), sight);
    return state.lent().keySet().stream()
        .min(
            Comparator.comparingInt((Integer cell) -> hostsIn(state, Set.of(cell)))
                .thenComparing(Comparator.naturalOrder()))
        .filter(cell -> use.shareWith(hostsIn(state, Set.of(cell))) <= settings.highWater())
        .map(cell ->
            new Event.CellsReturned(
                Set.of(cell),
                state.lent().getOrDefault(cell, state.facts().area()),
                state.facts().areaEpoch().next(),
                Cause.RELIEF,
                "with it, control nodes of %s are at %s of their limits"
                    .formatted(
                        state.facts().area(), percent(use.shareWith(hostsIn(state, Set.of(cell))))),
                now));
  }

  /**
   * A host that registers while the area has no room: its whole cell goes elsewhere at once, if
   * somebody has room for it.
   */
  static Optional<Event> handOver(
      Home state, FleetSight sight, CellId cell, BurstSettings settings, Instant now) {
    AreaUse use = AreaUse.of(state.facts().area(), sight);
    if (use.shareWith(1) <= 1 || state.lent().containsKey(cell.index())) {
      return Optional.empty();
    }
    int hosts = hostsIn(state, Set.of(cell.index())) + 1;
    return borrower(state, sight, hosts, settings)
        .map(to ->
            new Event.CellsLent(
                Set.of(cell.index()),
                to,
                state.facts().areaEpoch().next(),
                Cause.OVERLOAD,
                "a host registered, and control nodes of %s manage %d, their limit"
                    .formatted(state.facts().area(), use.hosts()),
                now));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
