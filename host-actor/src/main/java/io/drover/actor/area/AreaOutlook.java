package io.drover.actor.area;

import io.drover.config.units.AreaId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Since when one incarnation of an area has seen control nodes of those that run it or may, or has
 * not. A new incarnation begins anew: waiting once more is safe. Not threadsafe.
 */
final class AreaOutlook {
  /** Since when it has been so. */
  private record Seen(boolean usable, Instant since) {}

  private final Map<AreaId, Seen> areas = new HashMap<>();

  void look(Set<AreaId> concerned, FleetSight sight, Instant now) {
    for (AreaId area : concerned) {
      boolean usable = sight.isUsable(area);
      areas.compute(
          area,
          (_, seen) -> seen != null && seen.usable() == usable ? seen : new Seen(usable, now));
    }
    areas.keySet().retainAll(concerned);
  }

  /** It has had control nodes for so long, without a break. */
  boolean isThereFor(AreaId area, Duration duration, Instant now) {
    return isFor(area, true, duration, now);
  }

  /** It has had none for so long. */
  boolean isGoneFor(AreaId area, Duration duration, Instant now) {
    return isFor(area, false, duration, now);
  }

  private boolean isFor(AreaId area, boolean usable, Duration duration, Instant now) {
    Seen seen = areas.get(area);
    return seen != null && seen.usable() == usable && !seen.since().plus(duration).isAfter(now);
  }
}
