package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.MigrationState.Abandoning;
import io.drover.actor.migration.MigrationState.Committed;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.NeedsOperator;
import io.drover.actor.migration.MigrationState.Queued;
import io.drover.actor.migration.MigrationState.Releasing;
import io.drover.actor.migration.MigrationState.Revocable;
import io.drover.actor.migration.MigrationState.RollingBack;
import io.drover.actor.migration.MigrationState.StopAndCopy;
import io.drover.actor.migration.MigrationState.TargetPrepared;
import io.drover.actor.migration.MigrationState.TargetReserved;
import io.drover.actor.migration.MigrationState.Verifying;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a migration makes of how its orders ended, and of those that were never answered. */
final class MigrationOutcomes {
  /** There is nothing to abort or to remove any more. */
  private static final Set<FailureCode> GONE =
      EnumSet.of(
          FailureCode.NO_SUCH_GUEST, FailureCode.NO_SUCH_TRANSFER, FailureCode.STALE_RUN_EPOCH);

  private final MigrationTools tools;
  private final MigrationActs acts;
  private final MigrationReports reports;
  private final MigrationProgress progress;

  MigrationOutcomes(MigrationTools tools, MigrationActs acts, MigrationReports reports) {
    this.tools = tools;
    this.acts = acts;
    this.reports = reports;
    this.progress = tools.progress();
  }

  private record On(MigrationState state, OrderId.Step step) {}

  /** Why an order was not done; a code only when the agent said so. */
  private record Failure(Optional<FailureCode> code, String text) {
    boolean busy() {
      return code.equals(Optional.of(FailureCode.INSUFFICIENT_RESOURCES));
    }

    /** The other end did not answer. */
    boolean isTransfer() {
      return code.equals(Optional.of(FailureCode.TRANSFER_FAILED));
    }

    boolean gone() {
      return code.map(GONE::contains).orElse(false);
    }
  }

  private static Optional<Failure> failure(OrderOutcome outcome) {
    return switch (outcome) {
      case OrderOutcome.Unanswered o -> Optional.of(new Failure(Optional.empty(), o.reason()));
      case OrderOutcome.Answered(HostId _, String _, Outcome.Failed f) ->
          Optional.of(new Failure(Optional.of(f.code()), f.code() + ": " + f.detail()));
      case OrderOutcome.Answered _ -> Optional.empty();
    };
  }

  Optional<Event> orderEnded(MigrationState state, OrderOutcome outcome) {
    Optional<OrderId> order = OrderId.parse(tools.id(), outcome.orderId());
    if (order.isEmpty() || !isOfThisAttempt(state, order.get())) {
      return tools.ignored(state, outcome);
    }
    Optional<Failure> failure = failure(outcome);
    boolean current = order.get().number() == progress.number;
    return switch (new On(state, order.get().step())) {
      case On(Queued s, OrderId.Step step) when step == OrderId.Step.LEAVE_TARGET ->
          targetCleaned(s, failure, current);
      case On(Queued s, OrderId.Step step) when step == OrderId.Step.LEAVE_SOURCE ->
          sourceCleaned(s, failure, current);
      case On(TargetReserved s, OrderId.Step step) when step == OrderId.Step.PREPARE ->
          prepared(s, outcome, failure);
      case On(TargetPrepared s, OrderId.Step step) when step == OrderId.Step.PRE_COPY ->
          begun(s, failure, current);
      case On(StopAndCopy s, OrderId.Step step) when step == OrderId.Step.STOP_AND_COPY ->
          stopped(s, outcome, failure);
      case On(Verifying s, OrderId.Step step) when step == OrderId.Step.VERIFY ->
          verified(s, outcome, failure, current);
      case On(NeedsOperator s, OrderId.Step step) when step == OrderId.Step.VERIFY ->
          verified(s, outcome, failure, current);
      case On(Releasing _, OrderId.Step step) when step == OrderId.Step.REMOVE_SOURCE ->
          removed(failure, current);
      case On(RollingBack s, OrderId.Step step) when step == OrderId.Step.ABORT_SOURCE -> {
        progress.sourceDone |= done(failure, current, "source");
        yield cleaned(s);
      }
      case On(RollingBack s, OrderId.Step step) when step == OrderId.Step.ABORT_TARGET -> {
        progress.targetDone |= done(failure, current, "target");
        yield cleaned(s);
      }
      case On(Empty _, _), On(Known _, _) -> tools.ignored(state, outcome);
    };
  }

  private static boolean isOfThisAttempt(MigrationState state, OrderId order) {
    return switch (state) {
      case Revocable s -> s.move().map(move -> move.attempt() == order.attempt()).orElse(false);
      case Abandoning _ -> false;
      case RollingBack s -> s.move().map(move -> move.attempt() == order.attempt()).orElse(false);
      case Committed s -> s.at().attempt() == order.attempt();
      case Empty _, Known _ -> false;
    };
  }

  /** Whether that side is clean; else it is tried again. */
  private boolean done(Optional<Failure> failure, boolean current, String side) {
    if (failure.isEmpty() || failure.get().gone()) {
      return true;
    }
    progress.failed |= current;
    progress.note = side + ": " + failure.get().text();
    return false;
  }

  private Optional<Event> targetCleaned(Queued s, Optional<Failure> failure, boolean current) {
    if (!progress.targetDone && done(failure, current, "last target")) {
      targetIsClean(s);
      acts.act(s);
    }
    return Optional.empty();
  }

  private Optional<Event> sourceCleaned(Queued s, Optional<Failure> failure, boolean current) {
    if (!progress.sourceDone && done(failure, current, "source")) {
      progress.sourceDone = true;
      progress.attemptEnds = acts.isLeaving(s) ? progress.attemptEnds : Instant.MAX;
      acts.act(s);
    }
    return Optional.empty();
  }

  private void targetIsClean(Queued s) {
    progress.targetDone = true;
    progress.failed = false;
    progress.attemptEnds = acts.isLeaving(s) ? progress.attemptEnds : Instant.MAX;
  }

  private Optional<Event> prepared(
      TargetReserved s, OrderOutcome outcome, Optional<Failure> failure) {
    if (failure.isPresent()) {
      return reports.targetFailed(s, failure.get().text(), failure.get().busy());
    }
    return outcome instanceof OrderOutcome.Answered(HostId _, String _, Outcome.TargetPrepared p)
        ? Optional.of(new Event.TargetPrepared(p.ticket(), tools.now()))
        : tools.ignored(s, outcome);
  }

  private Optional<Event> begun(TargetPrepared s, Optional<Failure> failure, boolean current) {
    if (failure.isEmpty()) {
      return Optional.of(new Event.PreCopyStarted(tools.now()));
    }
    if (failure.get().isTransfer()) {
      return reports.targetFailed(s, "the source cannot begin: " + failure.get().text(), false);
    }
    if (!failure.get().busy()) {
      return Optional.of(tools.rollBack("the source cannot begin: " + failure.get().text()));
    }
    if (current) { // another order id, or the agent would repeat its refusal from memory
      progress.number++;
      progress.note = "the source is busy: " + failure.get().text();
      progress.notBefore = tools.now().plus(tools.settings().busyRetry());
    }
    return Optional.empty();
  }

  private Optional<Event> stopped(StopAndCopy s, OrderOutcome outcome, Optional<Failure> failure) {
    if (failure.isPresent()) {
      return Optional.of(
          tools.rollBack("the source failed to stop and copy: " + failure.get().text()));
    }
    if (outcome instanceof OrderOutcome.Answered(HostId _, String _, Outcome.SourceStopped o)) {
      progress.sourceStopped(o);
      return reports.compareDigests(s);
    }
    return tools.ignored(s, outcome);
  }

  private Optional<Event> verified(
      Committed s, OrderOutcome outcome, Optional<Failure> failure, boolean current) {
    if (failure.isPresent()) {
      progress.failed |= current;
      progress.note = failure.get().text();
      tools.steps().switchOver(s.job().vm(), s.at().target()); // who has the grant by now?
      return Optional.empty();
    }
    return outcome instanceof OrderOutcome.Answered(HostId _, String _, Outcome.GuestVerified v)
        ? Optional.of(new Event.Verified(v.resumedAt(), v.guestGap(), tools.now()))
        : tools.ignored(s, outcome);
  }

  private Optional<Event> removed(Optional<Failure> failure, boolean current) {
    return done(failure, current, "source") ? sourceReleased("") : Optional.empty();
  }

  private Optional<Event> sourceReleased(String note) {
    return Optional.of(new Event.SourceReleased(note, tools.now()));
  }

  private Optional<Event> cleaned(RollingBack s) {
    boolean source = !s.involvesSource() || progress.sourceDone;
    if (source && progress.targetDone) {
      acts.act(s);
    }
    return Optional.empty();
  }

  /**
   * An attempt failed, or got no answer in time.
   *
   * @return what follows from having tried often enough; empty = tries again
   */
  Optional<Event> nextAttempt(MigrationState state, boolean timedOut) {
    String note = timedOut ? "no answer in time" : progress.note;
    progress.failed = false;
    progress.number++;
    int tried = progress.number - 1;
    boolean verifying = state instanceof Verifying;
    progress.attemptEnds =
        tools
            .now()
            .plus(verifying ? tools.settings().verifyDeadline() : tools.settings().cleanDeadline());
    switch (state) {
      case Queued s when !progress.targetDone && tried >= tools.settings().cleanAttempts() ->
          s.leaving().ifPresent(target -> acts.leaveTarget(s, target, note));
      case Verifying s -> {
        tools.steps().switchOver(s.job().vm(), s.at().target());
        if (tried >= tools.settings().verifyAttempts()) {
          return Optional.of(operatorNeeded(s, note));
        }
      }
      case Releasing s when tried >= tools.settings().cleanAttempts() -> {
        return sourceReleased("the source was not reached (" + note + ")");
      }
      case RollingBack s -> giveUpOnHosts(s, tried, note);
      case Empty _, Known _ -> {}
    }
    return Optional.empty();
  }

  /** A target never had a grant: one attempt, and its host remembers. The source gets them all. */
  private void giveUpOnHosts(RollingBack s, int tried, String note) {
    if (!progress.targetDone && s.move().isPresent()) {
      s.move().ifPresent(move -> acts.leaveTarget(s, move.target(), note));
    }
    if (!progress.sourceDone && s.involvesSource() && tried >= tools.settings().cleanAttempts()) {
      progress.sourceDone = true;
      progress.leave("the source was not reached (" + note + "); the VM sees to its guest");
    }
  }

  private Event operatorNeeded(Verifying s, String note) {
    return new Event.OperatorNeeded(
        "the guest was not verified at %s: %s".formatted(s.at().target(), note),
        ("look at the guest's console and at %s; it is verified again every %d s; the source keeps "
                + "a paused copy until then, or until the VM is stopped or deleted")
            .formatted(s.at().target(), tools.settings().recheckInterval().toSeconds()),
        tools.now());
  }
}
