package io.drover.actor.migration;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.MigrationJob.Move;
import io.drover.actor.migration.MigrationState.Abandoning;
import io.drover.actor.migration.MigrationState.Committed;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Locked;
import io.drover.actor.migration.MigrationState.NeedsOperator;
import io.drover.actor.migration.MigrationState.Over;
import io.drover.actor.migration.MigrationState.PreCopy;
import io.drover.actor.migration.MigrationState.Preparing;
import io.drover.actor.migration.MigrationState.Queued;
import io.drover.actor.migration.MigrationState.Releasing;
import io.drover.actor.migration.MigrationState.Requested;
import io.drover.actor.migration.MigrationState.Revocable;
import io.drover.actor.migration.MigrationState.RollingBack;
import io.drover.actor.migration.MigrationState.SourceReleased;
import io.drover.actor.migration.MigrationState.StopAndCopy;
import io.drover.actor.migration.MigrationState.SwitchedOver;
import io.drover.actor.migration.MigrationState.TargetPrepared;
import io.drover.actor.migration.MigrationState.TargetReserved;
import io.drover.actor.migration.MigrationState.Verifying;
import io.drover.config.units.Spans;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the events of a migration make its state: pure. */
final class MigrationHistory {
  private record On(MigrationState state, Event event) {}

  private MigrationHistory() {}

  static MigrationState evolve(MigrationState state, Event event) {
    return switch (new On(state, event)) {
      case On(Empty _, Event.Requested e) -> new Requested(MigrationJob.of(e));
      case On(Requested s, Event.Begun e) -> queued(s, e);
      case On(Queued s, Event.TargetReserved e) -> reserved(s, e);
      case On(TargetReserved s, Event.TargetRefused e) -> queuedAgain(s, e, false);
      case On(TargetPrepared s, Event.TargetRefused e) -> queuedAgain(s, e, true);
      case On(TargetReserved s, Event.TargetPrepared e) ->
          new TargetPrepared(
              s.job().entered(Phase.TARGET_PREPARED, e.at(), "the incoming guest exists"),
              s.at(),
              e.ticket(),
              s.failures(),
              s.since());
      case On(TargetPrepared s, Event.PreCopyStarted e) ->
          new PreCopy(s.job().entered(Phase.PRE_COPY, e.at(), "the source copies"), s.at());
      case On(PreCopy s, Event.VmLocked e) -> locked(s, e);
      case On(Locked s, Event.StopOrdered e) ->
          new StopAndCopy(
              s.job().entered(Phase.STOP_AND_COPY, e.at(), "the source is stopped"), s.at());
      case On(StopAndCopy s, Event.SwitchedOver e) -> switchedOver(s.job(), s.at(), e);
      case On(Abandoning s, Event.SwitchedOver e) ->
          switchedOver(s.job(), s.move().orElseThrow(() -> corrupt(s, e)), e);
      case On(SwitchedOver s, Event.ClaimHandedOver e) ->
          new Verifying(
              s.job().entered(Phase.VERIFYING, e.at(), note("the claim is the VM's", e.note())),
              s.at(),
              s.runEpoch());
      case On(Verifying s, Event.Verified e) -> verified(s, e);
      case On(NeedsOperator s, Event.Verified e) -> verified(s, e);
      case On(Verifying s, Event.SourceGivenUp e) -> givenUp(s, e);
      case On(NeedsOperator s, Event.SourceGivenUp e) -> givenUp(s, e);
      case On(Verifying s, Event.OperatorNeeded e) ->
          new NeedsOperator(
              s.job().entered(Phase.NEEDS_OPERATOR, e.at(), e.reason()),
              s.at(),
              s.runEpoch(),
              e.reason(),
              e.nextAction());
      case On(Releasing s, Event.SourceReleased e) ->
          new SourceReleased(
              s.job().entered(Phase.SOURCE_RELEASED, e.at(), note("source removed", e.note())),
              s.at(),
              s.runEpoch());
      case On(SourceReleased s, Event.Completed e) ->
          over(s.job(), Phase.COMPLETED, e.at(), s.at(), "the VM runs at the target");
      case On(Revocable s, Event.RollbackStarted e) ->
          new Abandoning(
              s.job().with(e.rounds()).entered(Phase.ROLLING_BACK, e.at(), e.reason()),
              s.move(),
              s.involvesSource(),
              e.reason(),
              e.cancelled());
      case On(Abandoning s, Event.Abandoned _) ->
          new RollingBack(s.job(), s.move(), s.involvesSource(), s.reason(), s.cancelled());
      case On(RollingBack s, Event.RolledBack e) -> rolledBack(s, e);
      case On(Empty _, _),
          On(Revocable _, _),
          On(Abandoning _, _),
          On(RollingBack _, _),
          On(Committed _, _),
          On(Over _, _) ->
          throw corrupt(state, event);
    };
  }

  private static Queued queued(Requested s, Event.Begun e) {
    MigrationJob job = s.job().at(e.source()).entered(Phase.QUEUED, e.at(), "waits for a target");
    return new Queued(job, e.runEpoch(), e.spec(), 1, 0, e.at(), Optional.empty(), false);
  }

  private static TargetReserved reserved(Queued s, Event.TargetReserved e) {
    return new TargetReserved(
        s.job().entered(Phase.TARGET_RESERVED, e.at(), "claimed at " + e.target() + refusals(e)),
        new Move(e.target(), s.runEpoch(), s.spec(), s.attempt()),
        s.failures(),
        s.since());
  }

  private static String refusals(Event.TargetReserved e) {
    return e.refused().isEmpty()
        ? ""
        : e.refused().stream()
            .map(r -> r.host() + " refused: " + r.reason())
            .collect(Collectors.joining("; ", "; ", ""));
  }

  private static Queued queuedAgain(Preparing s, Event.TargetRefused e, boolean sourceTold) {
    return new Queued(
        s.job()
            .failedAt(s.at().target(), e.reason())
            .entered(Phase.QUEUED, e.at(), s.at().target() + ": " + e.reason()),
        s.at().runEpoch(),
        s.at().spec(),
        s.at().attempt() + 1,
        s.failures() + (e.busy() ? 0 : 1),
        s.since(),
        Optional.of(s.at().target()),
        sourceTold);
  }

  private static Locked locked(PreCopy s, Event.VmLocked e) {
    String reason = "converged: predicted blackout " + Spans.text(e.predictedBlackout());
    MigrationJob job =
        s.job()
            .with(e.rounds())
            .with(MigrationFigures.predicted(s.job().figures(), e.predictedBlackout()))
            .entered(Phase.LOCKED, e.at(), reason);
    return new Locked(job, s.at());
  }

  private static SwitchedOver switchedOver(MigrationJob job, Move move, Event.SwitchedOver e) {
    return new SwitchedOver(
        job.with(MigrationFigures.switchedOver(job.figures(), e.runEpoch(), e.cutover()))
            .pausedAt(e.cutover().map(Migration.Cutover::pausedAt))
            .entered(
                Phase.SWITCHED_OVER,
                e.at(),
                "the VM's grant is at %s, run epoch %s".formatted(e.target(), e.runEpoch())),
        move,
        e.runEpoch());
  }

  private static Releasing verified(Committed s, Event.Verified e) {
    MigrationJob job = backToVerifying(s, e.at(), "verified");
    return new Releasing(
        job.with(
            MigrationFigures.verified(job.figures(), job.pausedAt(), e.resumedAt(), e.guestGap())),
        s.at(),
        s.runEpoch());
  }

  private static Releasing givenUp(Committed s, Event.SourceGivenUp e) {
    return new Releasing(backToVerifying(s, e.at(), e.reason()), s.at(), s.runEpoch());
  }

  /** From the operator's hands; a verifying one stays in its phase. */
  private static MigrationJob backToVerifying(Committed s, Instant at, String reason) {
    return s.phase() == Phase.VERIFYING && reason.equals("verified")
        ? s.job()
        : s.job().entered(Phase.VERIFYING, at, reason);
  }

  private static Over rolledBack(RollingBack s, Event.RolledBack e) {
    return over(
        s.job(),
        s.cancelled() ? Phase.CANCELLED : Phase.ROLLED_BACK,
        e.at(),
        s.move().orElse(null),
        note(s.reason(), e.note()));
  }

  private static Over over(
      MigrationJob job, Phase phase, Instant at, @Nullable Move move, String reason) {
    Duration total = Duration.between(job.requestedAt(), at);
    return new Over(
        job.with(MigrationFigures.over(job.figures(), total)).entered(phase, at, reason),
        Optional.ofNullable(move).map(Move::target));
  }

  private static String note(String fact, String note) {
    return note.isEmpty() ? fact : fact + "; " + note;
  }

  private static IllegalStateException corrupt(MigrationState state, Event event) {
    return new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
  }
}
