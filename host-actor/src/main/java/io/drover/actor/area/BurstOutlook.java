package io.drover.actor.area;

import io.drover.config.settings.BurstSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Since when one incarnation of an area has seen its control nodes above low water, or below high
 * water. Between the two both clocks stand still at nothing: no flapping. Not threadsafe.
 */
final class BurstOutlook {
  private Optional<Instant> strainedSince = Optional.empty();
  private Optional<Instant> easySince = Optional.empty();

  void look(AreaUse use, BurstSettings settings, Instant now) {
    strainedSince = since(strainedSince, use.share() > settings.lowWater(), now);
    easySince = since(easySince, use.share() < settings.highWater(), now);
  }

  private static Optional<Instant> since(Optional<Instant> before, boolean holds, Instant now) {
    return holds ? Optional.of(before.orElse(now)) : Optional.empty();
  }

  boolean isStrainedFor(Duration hold, Instant now) {
    return isFor(strainedSince, hold, now);
  }

  boolean isEasyFor(Duration hold, Instant now) {
    return isFor(easySince, hold, now);
  }

  private static boolean isFor(Optional<Instant> since, Duration hold, Instant now) {
    return since.filter(s -> !s.plus(hold).isAfter(now)).isPresent();
  }

  /** How long until something is due that only time brings about; empty = nothing is. */
  Optional<Duration> due(Duration hold, Instant now) {
    return strainedSince
        .or(() -> easySince)
        .map(since -> Duration.between(now, since.plus(hold)))
        .filter(left -> !left.isNegative() && !left.isZero());
  }

  /** Something was decided: what follows is looked at anew. */
  void restart() {
    strainedSince = Optional.empty();
    easySince = Optional.empty();
  }
}
