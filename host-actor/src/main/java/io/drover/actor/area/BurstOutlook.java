package io.drover.actor.area;

import io.drover.config.settings.BurstSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Since when the control nodes of an area have reported that they are above low water, or below
 * high water, as one incarnation of it has seen. Between the two both clocks stand still at
 * nothing: no flapping. Not threadsafe.
 */
final class BurstOutlook {
  private Optional<Instant> strainedSince = Optional.empty();
  private Optional<Instant> easySince = Optional.empty();

  /**
   * Looks at what nodes report.
   *
   * @param reportedAt when the newest of these reports came: what is seen for the first time began
   *     then, however long nobody looked
   */
  void look(AreaUse use, BurstSettings settings, Instant reportedAt) {
    strainedSince = since(strainedSince, use.share() > settings.lowWater(), reportedAt);
    easySince = since(easySince, use.share() < settings.highWater(), reportedAt);
  }

  private static Optional<Instant> since(
      Optional<Instant> before, boolean holds, Instant reportedAt) {
    return holds ? Optional.of(before.orElse(reportedAt)) : Optional.empty();
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
