package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Waiting;
import io.drover.actor.migration.MigrationState.Abandoning;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.Locked;
import io.drover.actor.migration.MigrationState.NeedsOperator;
import io.drover.actor.migration.MigrationState.Over;
import io.drover.actor.migration.MigrationState.PreCopy;
import io.drover.actor.migration.MigrationState.Queued;
import io.drover.actor.migration.MigrationState.Releasing;
import io.drover.actor.migration.MigrationState.Requested;
import io.drover.actor.migration.MigrationState.RollingBack;
import io.drover.actor.migration.MigrationState.SourceReleased;
import io.drover.actor.migration.MigrationState.StopAndCopy;
import io.drover.actor.migration.MigrationState.SwitchedOver;
import io.drover.actor.migration.MigrationState.TargetPrepared;
import io.drover.actor.migration.MigrationState.TargetReserved;
import io.drover.actor.migration.MigrationState.Verifying;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.MigrationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A migration as the API shows it: what is journaled, and what was heard since. */
final class MigrationViews {
  private final MigrationId id;
  private final MigrationSettings settings;
  private final MigrationProgress progress;

  MigrationViews(MigrationTools tools) {
    this.id = tools.id();
    this.settings = tools.settings();
    this.progress = tools.progress();
  }

  MigrationView view(Known state, long version) {
    MigrationView view = journaled(id, version, state, waiting(state));
    List<Round> heard = progress.rounds();
    return heard.isEmpty() ? view : withRounds(view, heard);
  }

  /**
   * What the journal tells.
   *
   * @param version rises with every event
   */
  static MigrationView journaled(
      MigrationId id, long version, Known state, Optional<Waiting> waiting) {
    MigrationJob job = state.job();
    return new MigrationView(
        id,
        version,
        job.vm(),
        job.source(),
        state.target(),
        state.phase(),
        job.history(),
        waiting,
        job.rounds(),
        job.downtimeLimit(),
        job.bandwidthLimit(),
        job.figures(),
        job.requestedAt());
  }

  private static MigrationView withRounds(MigrationView view, List<Round> rounds) {
    return new MigrationView(
        view.id(),
        view.version(),
        view.vm(),
        view.source(),
        view.target(),
        view.phase(),
        view.history(),
        view.waiting(),
        rounds,
        view.downtimeLimit(),
        view.bandwidthLimit(),
        view.figures().predictedBlackout().isPresent()
            ? view.figures()
            : MigrationFigures.predicted(view.figures(), rounds.getLast().predictedBlackout()),
        view.requestedAt());
  }

  private Optional<Waiting> waiting(Known state) {
    Instant since = state.job().current().at();
    String roll = "rolls back";
    return switch (state) {
      case Requested _ -> wait("the VM to take part", since, progress.deadline, roll);
      case Queued s -> queued(s, since);
      case TargetReserved s ->
          wait(s.at().target() + " to make the guest", since, progress.deadline, "next target");
      case TargetPrepared s -> wait(s.job().source() + " to begin", since, progress.deadline, roll);
      case PreCopy _ when progress.lockAsked ->
          wait("the VM to be locked", since, progress.deadline, roll);
      case PreCopy _ when progress.converged ->
          wait(progress.unreachable() + " to answer", since, progress.deadline, roll);
      case PreCopy _ -> wait("the next round of pre-copy", since, progress.deadline, roll);
      case Locked _ -> wait("the source to be stopped", since, since, "stops the source");
      case StopAndCopy _ when progress.committing() ->
          wait("the VM to switch over", since, progress.deadline, roll);
      case StopAndCopy _ ->
          wait("both digests: " + progress.missingDigest(), since, progress.deadline, roll);
      case SwitchedOver s ->
          wait(s.at().target() + " to hand the claim over", since, progress.deadline, "goes on");
      case Verifying s ->
          wait("the guest's heartbeat at " + s.at().target(), since, verifyEnds(since), "operator");
      case Releasing s ->
          wait(s.job().source() + " to remove its guest", since, cleanEnds(since), "goes on");
      case SourceReleased _ -> wait("the VM to end it", since, asksAgain(), "asks again");
      case Abandoning _ ->
          wait("the VM to say who has the grant", since, asksAgain(), "asks again");
      case RollingBack s -> rollingBack(s, since);
      case NeedsOperator s ->
          wait(s.reason(), since, progress.since.plus(settings.recheckInterval()), s.nextAction());
      case Over _ -> Optional.empty();
    };
  }

  private Optional<Waiting> queued(Queued s, Instant since) {
    if (s.leaving().isPresent() && !progress.targetDone) {
      return wait(
          s.leaving().get() + " to abort", since, cleanEnds(since), "asks for the next target");
    }
    if (s.sourceTold() && !progress.sourceDone) {
      return wait(
          s.job().source() + " to abort", since, progress.deadline, "asks for the next target");
    }
    String reason = progress.note.isEmpty() ? s.job().current().reason() : progress.note;
    return Optional.of(
        new Waiting(
            reason,
            since,
            progress.deadline,
            "asks for a target at %s; rolls back at the deadline"
                .formatted(progress.notBefore.isAfter(since) ? progress.notBefore : "once")));
  }

  private Optional<Waiting> rollingBack(RollingBack s, Instant since) {
    boolean source = s.involvesSource() && !progress.sourceDone;
    boolean target = s.move().isPresent() && !progress.targetDone;
    String who =
        source
            ? s.job().source() + " to resume"
            : target ? "the target to abort" : "the VM to end it";
    return wait(who, since, source || target ? cleanEnds(since) : asksAgain(), "ends it");
  }

  private Instant verifyEnds(Instant since) {
    return since.plus(settings.verifyDeadline().multipliedBy(settings.verifyAttempts()));
  }

  private Instant cleanEnds(Instant since) {
    return since.plus(settings.cleanDeadline().multipliedBy(settings.cleanAttempts()));
  }

  private Instant asksAgain() {
    return progress.since.plus(settings.stepRetry());
  }

  private Optional<Waiting> wait(String what, Instant since, Instant deadline, String next) {
    String trouble = progress.note.isEmpty() ? "" : " (" + progress.note + ")";
    return Optional.of(new Waiting("waits for " + what + trouble, since, deadline, next));
  }
}
