package io.drover.actor.placement;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.config.units.AreaId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The way of a VM through the backup hierarchy of its home, which has no room for it. Pure.
 *
 * @param home whose hierarchy it follows
 * @param tried areas without a host for it, in order
 */
public record Overflow(AreaId home, List<Tried> tried) implements CborSerializable {
  public Overflow {
    tried = List.copyOf(tried);
  }

  static Overflow of(AreaId home) {
    return new Overflow(home, List.of());
  }

  /** An area, and why not there. */
  public record Tried(AreaId area, Refusal refusal) implements CborSerializable {}

  /** What comes next. */
  sealed interface Step {
    /** Asks that area's scheduler. */
    record Ask(AreaId area, Overflow way) implements Step {}

    record End(Refusal refusal) implements Step {}
  }

  /** After this area, too, has no host for it. */
  Step after(AreaId area, Refusal refusal, FleetSight sight) {
    if (area.equals(home) && refusal.kind() != Refusal.Kind.NO_CAPACITY) {
      return new Step.End(refusal); // room elsewhere does not help
    }
    Overflow way = plus(area, refusal);
    for (AreaId next : backups(sight)) {
      if (!way.hasTried(next)) {
        Optional<Refusal> objection = objection(next, sight);
        if (objection.isEmpty()) {
          return new Step.Ask(next, way);
        }
        way = way.plus(next, objection.get());
      }
    }
    return new Step.End(way.refusal());
  }

  private List<AreaId> backups(FleetSight sight) {
    return sight.management(home).map(m -> m.policy().backups()).orElse(List.of());
  }

  private boolean hasTried(AreaId area) {
    return tried.stream().anyMatch(t -> t.area().equals(area));
  }

  private Overflow plus(AreaId area, Refusal refusal) {
    List<Tried> all = new ArrayList<>(tried);
    all.add(new Tried(area, refusal));
    return new Overflow(home, all);
  }

  /** Its scheduler need not be asked. */
  private static Optional<Refusal> objection(AreaId area, FleetSight sight) {
    AreaId keeper = sight.management(area).map(Management::keeper).orElse(area);
    if (!sight.isUsable(keeper)) {
      return refusal("no control node runs area " + area);
    }
    return sight.headroom(keeper).vms() > 0
        ? Optional.empty()
        : refusal("the control nodes of area %s have no room for another VM".formatted(keeper));
  }

  private static Optional<Refusal> refusal(String detail) {
    return Optional.of(Refusal.of(Refusal.Kind.NO_CAPACITY, detail));
  }

  private Refusal refusal() {
    Refusal first = tried.getFirst().refusal();
    String others =
        tried.size() == 1
            ? "; it has no backup to burst to"
            : tried.stream()
                .skip(1)
                .map(t -> "; area %s: %s".formatted(t.area(), t.refusal().detail()))
                .collect(Collectors.joining());
    List<HostReason> reasons =
        tried.stream()
            .flatMap(t -> t.refusal().hosts().stream())
            .limit(PlacementEngine.REASON_LIMIT)
            .toList();
    return new Refusal(
        first.kind(),
        "home area %s full: %s%s".formatted(home, first.detail(), others),
        first.facts(),
        reasons);
  }
}
