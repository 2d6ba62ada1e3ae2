package io.drover.actor.drill;

import io.drover.actor.api.DrillView;
import io.drover.actor.api.DrillView.Phase;
import io.drover.actor.api.DrillView.Report;
import io.drover.actor.api.DrillView.Way;
import io.drover.actor.drill.Drill.Mark;
import io.drover.actor.drill.DrillState.ComingBack;
import io.drover.actor.drill.DrillState.GoingOver;
import io.drover.actor.drill.DrillState.Job;
import io.drover.actor.drill.DrillState.Known;
import io.drover.actor.drill.DrillState.Over;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A drill as others see it. Pure. */
final class DrillViews {
  private DrillViews() {}

  /**
   * As the API shows it.
   *
   * @param waitsFor what it waits for now, for people
   */
  static DrillView view(Known state, String waitsFor, long version) {
    Job job = state.job();
    return new DrillView(
        job.area(),
        job.operation(),
        version,
        job.to(),
        switch (state) {
          case GoingOver _ -> Phase.GOING_OVER;
          case ComingBack _ -> Phase.COMING_BACK;
          case Over s -> s.phase();
        },
        switch (state) {
          case GoingOver _ -> waitsFor;
          case ComingBack s -> s.reason() + "; " + waitsFor;
          case Over s -> s.reason();
        },
        job.startedAt(),
        state instanceof Over s ? Optional.of(s.endedAt()) : Optional.empty(),
        report(state));
  }

  private static Report report(Known state) {
    Job job = state.job();
    Optional<Instant> returnedAt =
        switch (state) {
          case GoingOver _ -> Optional.empty();
          case ComingBack s -> Optional.of(s.since());
          case Over s -> Optional.of(s.returnedAt());
        };
    return new Report(
        job.hosts(),
        way(job, Optional.of(job.startedAt()), Mark.ACCEPTED_THERE, Mark.HOSTS_THERE),
        way(job, returnedAt, Mark.ACCEPTED_HOME, Mark.HOSTS_HOME),
        job.acknowledged().values().stream().mapToInt(Integer::intValue).sum(),
        state instanceof Over s ? s.operationsLost() : Optional.empty());
  }

  private static Way way(Job job, Optional<Instant> from, Mark accepting, Mark allHosts) {
    return new Way(until(job, from, accepting), until(job, from, allHosts));
  }

  private static Optional<Duration> until(Job job, Optional<Instant> from, Mark mark) {
    return from.flatMap(
        start -> Optional.ofNullable(job.marks().get(mark)).map(at -> Duration.between(start, at)));
  }
}
