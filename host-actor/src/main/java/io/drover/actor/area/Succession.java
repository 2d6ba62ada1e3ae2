package io.drover.actor.area;

import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.AreaState.Away;
import io.drover.actor.area.AreaState.Defined;
import io.drover.actor.area.AreaState.Home;
import io.drover.config.settings.AreaSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which area runs an area: what is to be decided now, by what there is to be seen. Pure. */
final class Succession {
  private Succession() {}

  /** The next thing to be decided by itself, if any. */
  static Optional<Event> next(
      Defined state, FleetSight sight, AreaOutlook outlook, AreaSettings settings, Instant now) {
    return takeover(state, sight, outlook, settings, now)
        .or(() -> lostBorrower(state, outlook, settings, now))
        .or(() -> failback(state, outlook, now))
        .or(() -> gatewaysChanged(state, sight, now));
  }

  private static Optional<Event> takeover(
      Defined state, FleetSight sight, AreaOutlook outlook, AreaSettings settings, Instant now) {
    AreaId keeper = state.keeper();
    if (!outlook.isGoneFor(keeper, settings.takeoverAfter(), now)) {
      return Optional.empty();
    }
    return successor(state, sight)
        .map(to ->
            moved(
                state,
                to,
                Cause.LOST,
                "area %s has had no control node for %s"
                    .formatted(keeper, Spans.text(settings.takeoverAfter())),
                now));
  }

  /** The first of the hierarchy with nodes and room; without room is better than nobody. */
  private static Optional<AreaId> successor(Defined state, FleetSight sight) {
    List<AreaId> usable =
        state.management().hierarchy().stream()
            .filter(area -> !area.equals(state.keeper()))
            .filter(sight::isUsable)
            .toList();
    int hosts = state.facts().hosts().size();
    return usable.stream()
        .filter(area -> area.equals(state.facts().area()) || sight.headroom(area).hosts() >= hosts)
        .findFirst()
        .or(() -> usable.stream().findFirst());
  }

  private static Event moved(Defined state, AreaId to, Cause cause, String reason, Instant now) {
    var epoch = state.facts().areaEpoch().next();
    return to.equals(state.facts().area())
        ? new Event.FailedBack(state.keeper(), epoch, cause, reason, now)
        : new Event.FailedOver(state.keeper(), to, epoch, cause, reason, now);
  }

  private static Optional<Event> lostBorrower(
      Defined state, AreaOutlook outlook, AreaSettings settings, Instant now) {
    return state.lent().values().stream()
        .distinct()
        .filter(borrower -> outlook.isGoneFor(borrower, settings.takeoverAfter(), now))
        .findFirst()
        .map(borrower ->
            new Event.CellsReturned(
                lentTo(state, borrower),
                borrower,
                state.facts().areaEpoch().next(),
                Cause.LOST,
                "area %s has had no control node for %s"
                    .formatted(borrower, Spans.text(settings.takeoverAfter())),
                now));
  }

  static Set<Integer> lentTo(Defined state, AreaId borrower) {
    return state.lent().entrySet().stream()
        .filter(entry -> entry.getValue().equals(borrower))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static Optional<Event> failback(Defined state, AreaOutlook outlook, Instant now) {
    AreaPolicy policy = state.facts().policy();
    return switch (state) {
      case Away s
          when policy.failback() == AreaPolicy.Failback.AUTO
              && outlook.isThereFor(s.facts().area(), policy.failbackAfter(), now) ->
          Optional.of(
              moved(
                  s,
                  s.facts().area(),
                  Cause.STABLE,
                  "its control nodes have been there for " + Spans.text(policy.failbackAfter()),
                  now));
      case Away _, Home _ -> Optional.empty();
    };
  }

  /** Those of an area without nodes are kept: they may come back where they were. */
  private static Optional<Event> gatewaysChanged(Defined state, FleetSight sight, Instant now) {
    Map<AreaId, List<String>> known = state.facts().gateways();
    Map<AreaId, List<String>> seen = new HashMap<>();
    for (AreaId area : state.management().concerned()) {
      List<String> addresses =
          sight.nodes().stream()
              .filter(node -> node.area().equals(area))
              .map(NodeReport::gateway)
              .sorted()
              .toList();
      List<String> kept = addresses.isEmpty() ? known.getOrDefault(area, List.of()) : addresses;
      if (!kept.isEmpty()) {
        seen.put(area, kept);
      }
    }
    return seen.equals(known)
        ? Optional.empty()
        : Optional.of(new Event.GatewaysChanged(seen, now));
  }

  /** A lender wants its room back, all of it. */
  static Ruling takeBack(Defined state, Area.Request.TakeBack c, Instant now) {
    Set<Integer> cells = lentTo(state, c.from());
    return cells.isEmpty()
        ? new Ruling.Already()
        : new Ruling.Decide(
            new Event.CellsReturned(
                cells,
                c.from(),
                state.facts().areaEpoch().next(),
                Cause.RECALLED,
                c.reason(),
                now));
  }

  /** What an operator's word leads to: an event, nothing, or a refusal. */
  sealed interface Ruling {
    record Decide(Event event) implements Ruling {}

    record Already() implements Ruling {}

    record Refuse(Refusal refusal) implements Ruling {}
  }

  static Ruling failOver(Defined state, FleetSight sight, Area.Request.FailOver c, Instant now) {
    return isThere(state, sight, c.to())
        ? new Ruling.Already()
        : switch (BackupChoice.of(state.management(), sight, c.to())) {
          case BackupChoice.Found found ->
              new Ruling.Decide(moved(state, found.area(), Cause.OPERATOR, c.reason(), now));
          case BackupChoice.None none -> new Ruling.Refuse(none.refusal());
        };
  }

  /** Away to where it was wanted; to wherever its keeper answers if that was left open. */
  private static boolean isThere(Defined state, FleetSight sight, Optional<AreaId> to) {
    AreaId keeper = state.keeper();
    return state instanceof Away && to.map(keeper::equals).orElseGet(() -> sight.isUsable(keeper));
  }

  static Ruling failBack(Defined state, FleetSight sight, Area.Request.FailBack c, Instant now) {
    AreaId area = state.facts().area();
    return switch (state) {
      case Home _ -> new Ruling.Already();
      case Away s when s.facts().policy().failback() == AreaPolicy.Failback.NEVER ->
          refuse(
              Refusal.Kind.CONFLICT,
              "area %s is run by %s, and its failback policy is never".formatted(area, s.keeper()),
              Map.of("failback", "never", "managedBy", s.keeper().name()));
      case Away s when !sight.isUsable(area) ->
          refuse(
              Refusal.Kind.NO_HEADROOM,
              "area %s has no control node of its own; %s runs it".formatted(area, s.keeper()),
              Map.of("area", area.name()));
      case Away s -> new Ruling.Decide(moved(s, area, Cause.OPERATOR, c.reason(), now));
    };
  }

  private static Ruling refuse(Refusal.Kind kind, String detail, Map<String, String> facts) {
    return new Ruling.Refuse(new Refusal(kind, detail, facts, List.of()));
  }
}
