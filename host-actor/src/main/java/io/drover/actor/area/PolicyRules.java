package io.drover.actor.area;

import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.Area.Request;
import io.drover.actor.area.AreaState.Defined;
import io.drover.actor.area.Succession.Ruling;
import io.drover.config.units.AreaId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What becomes of a policy that somebody wants for an area. Pure. */
final class PolicyRules {
  private PolicyRules() {}

  static Ruling rule(Defined state, Request.SetPolicy c, FleetSight sight, Instant now) {
    AreaId area = state.facts().area();
    if (c.ifVersion().isPresent() && c.ifVersion().getAsLong() != state.facts().version()) {
      return new Ruling.Refuse(
          Refusal.versionMismatch(
              "area " + area, state.facts().version(), c.ifVersion().getAsLong()));
    }
    AreaPolicy policy = state.facts().policy().with(c.change());
    if (policy.equals(state.facts().policy())) {
      return new Ruling.Already();
    }
    return Hierarchy.objection(area, policy.backups(), other -> backupsOf(other, sight))
        .<Ruling>map(Ruling.Refuse::new)
        .orElseGet(() -> new Ruling.Decide(new Event.PolicySet(policy, now)));
  }

  /** A new area, with the backups of its first node's settings unless these cannot be. */
  static List<Event> founding(AreaId area, Request.Ensure c, FleetSight sight, Instant now) {
    List<Event> events = new ArrayList<>();
    events.add(new Event.AreaDefined(area, c.cells(), now));
    if (!c.backups().isEmpty() && objection(area, c, sight).isEmpty()) {
      events.add(new Event.PolicySet(AreaPolicy.DEFAULT.withBackups(c.backups()), now));
    }
    return events;
  }

  /** Why a new area cannot have the backups of its first node's settings. */
  static Optional<Refusal> objection(AreaId area, Request.Ensure c, FleetSight sight) {
    return Hierarchy.objection(
        area,
        c.backups(),
        other -> backupsOf(other, sight).or(() -> Optional.of(List.of()))); // it may start later
  }

  private static Optional<List<AreaId>> backupsOf(AreaId area, FleetSight sight) {
    return sight.management(area).map(management -> management.policy().backups());
  }
}
