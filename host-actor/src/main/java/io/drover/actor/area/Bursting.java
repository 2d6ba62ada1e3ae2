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
import java.util.stream.Collectors;

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
    List<CellSize> cells = someCells(state, sight, use, settings);
    return cells.isEmpty()
        ? Optional.empty()
        : borrower(state, sight, CellSize.hosts(cells), CellSize.vms(cells), settings)
            .map(to ->
                new Event.CellsLent(
                    cells.stream().map(CellSize::index).collect(Collectors.toSet()),
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

  /**
   * As few as leave it at high water, the fullest first; never the last one, none that is empty,
   * and none that nobody has room for beside the others.
   */
  private static List<CellSize> someCells(
      Home state, FleetSight sight, AreaUse use, BurstSettings settings) {
    List<CellSize> own =
        CellSize.of(state, sight).stream()
            .filter(cell -> !state.lent().containsKey(cell.index()))
            .sorted(bySize(use).reversed().thenComparingInt(CellSize::index))
            .toList();
    List<CellSize> chosen = new ArrayList<>();
    AreaUse left = use;
    for (CellSize cell : own) {
      boolean enough = left.share() <= settings.highWater() || chosen.size() + 1 == own.size();
      if (enough || use.partOf(cell.hosts(), cell.vms()) == 0) {
        break;
      }
      int hosts = CellSize.hosts(chosen) + cell.hosts();
      int vms = CellSize.vms(chosen) + cell.vms();
      if (borrower(state, sight, hosts, vms, settings).isPresent()) {
        chosen.add(cell);
        left = use.with(-hosts, -vms);
      }
    }
    return chosen;
  }

  private static Comparator<CellSize> bySize(AreaUse use) {
    return Comparator.comparingDouble(cell -> use.partOf(cell.hosts(), cell.vms()));
  }

  /** The first of the hierarchy that has room below its own low water, and lends nothing itself. */
  private static Optional<AreaId> borrower(
      Home state, FleetSight sight, int hosts, int vms, BurstSettings settings) {
    return state.facts().policy().backups().stream()
        .filter(sight::isUsable)
        .filter(area -> sight.headroom(area).hosts() >= hosts)
        .filter(
            area -> expected(area, state, sight).with(hosts, vms).share() <= settings.lowWater())
        .filter(area -> sight.management(area).filter(m -> lends(m)).isEmpty())
        .filter(area -> borrowed(area, state, sight) + hosts <= borrowLimit(area, sight))
        .findFirst();
  }

  /** How full an area is; what it is to manage and does not report yet counts already. */
  private static AreaUse expected(AreaId area, Home state, FleetSight sight) {
    AreaUse use = AreaUse.of(area, sight);
    int own = sight.management(area).map(m -> managedBy(area, m)).orElse(0);
    return use.with(Math.max(own + borrowed(area, state, sight) - use.hosts(), 0), 0);
  }

  private static boolean lends(Management area) {
    return !area.lent().isEmpty() || !area.keeper().equals(area.area());
  }

  private static int borrowLimit(AreaId area, FleetSight sight) {
    return sight.management(area).map(m -> m.policy().borrowLimit()).orElse(AreaPolicy.HOST_LIMIT);
  }

  /** Hosts of other areas that an area is to manage. */
  private static int borrowed(AreaId borrower, Home state, FleetSight sight) {
    Management own = state.management(); // newer than what was told of it
    return managedBy(borrower, own)
        + sight.managements().stream()
            .filter(m -> !m.area().equals(borrower) && !m.area().equals(own.area()))
            .mapToInt(m -> managedBy(borrower, m))
            .sum();
  }

  /** Hosts of an area that another one, or itself, is to manage. */
  private static int managedBy(AreaId manager, Management area) {
    return area.hostsByCell().entrySet().stream()
        .filter(e -> area.managerOf(new CellId(area.area(), e.getKey())).equals(manager))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /**
   * One cell at a time, the smallest first, if it still leaves the area below high water. Not from
   * an area that is gone: what has happened to its cells is no relief.
   */
  private static Optional<Event> bringHome(
      Home state, FleetSight sight, BurstSettings settings, Instant now) {
    AreaUse use = AreaUse.of(state.facts().area(), sight);
    return CellSize.of(state, sight).stream()
        .filter(cell -> state.lent().containsKey(cell.index()))
        .filter(cell -> sight.isUsable(borrowerOf(cell, state)))
        .min(bySize(use).thenComparingInt(CellSize::index))
        .filter(cell -> with(cell, use) <= settings.highWater())
        .map(cell ->
            new Event.CellsReturned(
                Set.of(cell.index()),
                borrowerOf(cell, state),
                state.facts().areaEpoch().next(),
                Cause.RELIEF,
                "with it, control nodes of %s are at %s of their limits"
                    .formatted(state.facts().area(), percent(with(cell, use))),
                now));
  }

  private static AreaId borrowerOf(CellSize cell, Home state) {
    return state.lent().getOrDefault(cell.index(), state.facts().area());
  }

  private static double with(CellSize cell, AreaUse use) {
    return use.with(cell.hosts(), cell.vms()).share();
  }

  /**
   * A host that registers while the area has no room: its whole cell goes elsewhere at once, if
   * somebody has room for it. What has registered counts at once, whatever nodes report: a thousand
   * may come within a second.
   */
  static Optional<Event> handOver(
      Home state, FleetSight sight, CellId cell, BurstSettings settings, Instant now) {
    AreaId area = state.facts().area();
    AreaUse use = AreaUse.of(area, sight);
    int managed = Math.max(use.hosts(), managedBy(area, state.management()));
    if (use.with(managed - use.hosts() + 1, 0).share() <= 1
        || state.lent().containsKey(cell.index())) {
      return Optional.empty();
    }
    List<CellSize> whole =
        CellSize.of(state, sight).stream().filter(c -> c.index() == cell.index()).toList();
    return borrower(state, sight, CellSize.hosts(whole) + 1, CellSize.vms(whole), settings)
        .map(to ->
            new Event.CellsLent(
                Set.of(cell.index()),
                to,
                state.facts().areaEpoch().next(),
                Cause.OVERLOAD,
                "a host registered, and control nodes of %s manage %d, their limit"
                    .formatted(area, managed),
                now));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
