package io.drover.actor.migration;

import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.MigrationAlarms.Alarm;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.Locked;
import io.drover.actor.migration.MigrationState.NeedsOperator;
import io.drover.actor.migration.MigrationState.PreCopy;
import io.drover.actor.migration.MigrationState.Queued;
import io.drover.actor.migration.MigrationState.Requested;
import io.drover.actor.migration.MigrationState.StopAndCopy;
import io.drover.actor.migration.MigrationState.SwitchedOver;
import io.drover.actor.migration.MigrationState.TargetPrepared;
import io.drover.actor.migration.MigrationState.TargetReserved;
import java.util.Optional;

/** What a migration does when it is time: goes on, asks again, or gives up. */
final class MigrationTimeouts {
  private final MigrationTools tools;
  private final MigrationActs acts;
  private final MigrationReports reports;
  private final MigrationOutcomes outcomes;
  private final MigrationProgress progress;

  MigrationTimeouts(
      MigrationTools tools,
      MigrationActs acts,
      MigrationReports reports,
      MigrationOutcomes outcomes) {
    this.tools = tools;
    this.acts = acts;
    this.reports = reports;
    this.outcomes = outcomes;
    this.progress = tools.progress();
  }

  Optional<Event> rang(MigrationState state, Alarm alarm) {
    return switch (alarm) {
      case PROCEED -> proceed(state);
      case DEADLINE -> deadlinePassed(state);
      case RETRY -> retry(state);
      case CHECK -> check(state);
      case REST -> Optional.empty(); // the entity's own matter
    };
  }

  /**
   * A locked VM's source is stopped. After a restart in stop-and-copy the target's digest may have
   * been said to nobody, and the guest stands still: rather than wait for it, ask who has the
   * grant.
   */
  private Optional<Event> proceed(MigrationState state) {
    return switch (state) {
      case Locked _ -> Optional.of(new Event.StopOrdered(tools.now()));
      case StopAndCopy _ ->
          Optional.of(tools.rollBack("the control node was lost during stop-and-copy"));
      case Empty _, Known _ -> Optional.empty();
    };
  }

  private Optional<Event> deadlinePassed(MigrationState state) {
    return switch (state) {
      case Requested _ -> Optional.of(tools.rollBack("the VM has not answered"));
      case Queued _ -> Optional.of(tools.rollBack("queued too long: " + waitedFor()));
      case TargetReserved s -> reports.targetFailed(s, "it has not made the guest in time", false);
      case TargetPrepared _ ->
          Optional.of(tools.rollBack("the source has not begun: " + waitedFor()));
      case PreCopy _ when progress.lockAsked ->
          Optional.of(tools.rollBack("the VM has not answered the request to be locked"));
      case PreCopy _ when progress.converged ->
          Optional.of(tools.rollBack("the source cannot be stopped: " + progress.unreachable()));
      case PreCopy _ -> Optional.of(tools.rollBack("the source has sent no round in time"));
      case StopAndCopy _ ->
          Optional.of(tools.rollBack("stop-and-copy took too long: " + progress.missingDigest()));
      case SwitchedOver s ->
          Optional.of(
              new Event.ClaimHandedOver(
                  s.at().target() + " has not handed the claim over", tools.now()));
      case Empty _, Known _ -> Optional.empty();
    };
  }

  private String waitedFor() {
    return progress.note.isEmpty() ? "no answer" : progress.note;
  }

  private Optional<Event> retry(MigrationState state) {
    acts.ring(Alarm.RETRY, tools.settings().stepRetry());
    boolean over = !tools.now().isBefore(progress.attemptEnds);
    if (over || progress.failed) {
      Optional<Event> event = outcomes.nextAttempt(state, over);
      if (event.isPresent()) {
        return event;
      }
    }
    acts.act(state);
    return Optional.empty();
  }

  private Optional<Event> check(MigrationState state) {
    switch (state) {
      case PreCopy s -> {
        acts.lookAtEnds(s);
        acts.ring(Alarm.CHECK, tools.settings().hostCheckInterval());
      }
      case StopAndCopy s -> {
        acts.lookAtEnds(s);
        acts.ring(Alarm.CHECK, tools.settings().hostCheckInterval());
      }
      case NeedsOperator s when progress.number <= tools.settings().recheckLimit() -> {
        progress.number++;
        acts.verify(s);
        tools.steps().switchOver(s.job().vm(), s.at().target());
        acts.ring(Alarm.CHECK, tools.settings().recheckInterval());
      }
      case Empty _, Known _ -> {}
    }
    return Optional.empty();
  }
}
