package io.drover.actor.migration;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.migration.MigrationAlarms.Alarm;
import io.drover.actor.migration.MigrationJob.Move;
import io.drover.actor.migration.MigrationState.Abandoning;
import io.drover.actor.migration.MigrationState.Committed;
import io.drover.actor.migration.MigrationState.Copying;
import io.drover.actor.migration.MigrationState.Empty;
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
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * What each state wants done: a function of the state and of what was heard since. Done when a
 * state is entered, after recovery, and again while nothing is answered.
 */
final class MigrationActs {
  private final MigrationId id;
  private final MigrationSettings settings;
  private final MigrationSteps steps;
  private final MigrationAlarms alarms;
  private final MigrationProgress progress;
  private final InstantSource clock;
  private final MigrationCleaning cleaning;

  MigrationActs(MigrationTools tools) {
    this.id = tools.id();
    this.settings = tools.settings();
    this.steps = tools.steps();
    this.alarms = tools.alarms();
    this.progress = tools.progress();
    this.clock = tools.clock();
    this.cleaning = new MigrationCleaning(tools);
  }

  /** A state was entered; its event is in the journal. */
  void enter(MigrationState state) {
    Instant now = clock.instant();
    progress.enter(now);
    alarms.cancelAll();
    switch (state) {
      case Empty _ -> ring(Alarm.REST, settings.restAfter()); // only asked about, by a wrong id
      case Requested _, SwitchedOver _ -> deadline(now.plus(settings.answerDeadline()));
      case Queued s -> enterQueue(s);
      case TargetReserved _ -> deadline(now.plus(settings.prepareDeadline()));
      case TargetPrepared s ->
          deadline(later(queueEnds(s.since()), now.plus(settings.prepareDeadline())));
      case PreCopy _ -> {
        deadline(now.plus(settings.roundDeadline()));
        ring(Alarm.CHECK, Duration.ZERO);
      }
      case Locked _ -> ring(Alarm.PROCEED, Duration.ZERO);
      case StopAndCopy _ -> {
        deadline(now.plus(settings.stopAndCopyDeadline()));
        ring(Alarm.CHECK, settings.hostCheckInterval());
      }
      case Verifying _ -> progress.attemptEnds = now.plus(settings.verifyDeadline());
      case Releasing _, RollingBack _ -> progress.attemptEnds = now.plus(settings.cleanDeadline());
      case NeedsOperator _ -> ring(Alarm.CHECK, settings.recheckInterval());
      case Abandoning _, SourceReleased _ -> {}
      case Over _ -> ring(Alarm.REST, settings.restAfter());
    }
    if (!(state instanceof Empty || state instanceof Over || state instanceof NeedsOperator)) {
      ring(Alarm.RETRY, settings.stepRetry());
    }
    act(state);
  }

  /** The same after recovery, with nothing but the journal. */
  void recover(MigrationState state) {
    progress.forgetTransfer();
    enter(state);
    if (state instanceof StopAndCopy) {
      ring(
          Alarm.PROCEED, Duration.ZERO); // the guest may stand still: see MigrationTimeouts.proceed
    }
  }

  private void enterQueue(Queued s) {
    progress.forgetTransfer();
    progress.attemptEnds = progress.since.plus(settings.cleanDeadline());
    deadline(queueEnds(s.since()));
    if (s.leaving().isPresent()) {
      Duration wait =
          s.failures() == 0
              ? settings.busyRetry()
              : settings.targetBackoff().multipliedBy(1L << Math.min(s.failures() - 1, 20));
      progress.avoidUntil = past(s.job().current().at()).plus(wait);
      if (s.job().wantedTarget().isPresent()) {
        progress.notBefore = progress.avoidUntil; // there is no other to be tried meanwhile
      }
    }
  }

  void act(MigrationState state) {
    switch (state) {
      case Empty _, Over _, NeedsOperator _, Locked _ -> {}
      case Requested s -> steps.begin(s.job());
      case Queued s -> actQueued(s);
      case TargetReserved s -> prepare(s);
      case TargetPrepared s -> {
        lookAtEnds(s);
        startPreCopy(s);
      }
      case PreCopy s -> {
        if (progress.lockAsked) {
          steps.lock(s.job().vm());
        }
      }
      case StopAndCopy s -> stopOrCommit(s);
      case SwitchedOver s -> secureClaim(s);
      case Verifying s -> verify(s);
      case Releasing s -> removeSource(s);
      case SourceReleased s -> steps.end(s.job().vm(), "migrated to " + s.at().target());
      case Abandoning s -> steps.abandon(s.job().vm());
      case RollingBack s -> cleaning.clean(s);
    }
  }

  private void actQueued(Queued s) {
    Instant now = clock.instant();
    if (cleaning.isLeaving(s)) {
      s.move().ifPresent(move -> cleaning.leave(s, move));
    } else if (!now.isBefore(progress.notBefore)) {
      boolean avoiding = now.isBefore(progress.avoidUntil);
      steps.selectTarget(s.job(), s.spec(), avoiding ? s.job().failedTargets() : List.of());
    }
  }

  private void prepare(TargetReserved s) {
    order(
        s.at().target(),
        OrderId.Step.PREPARE,
        s.at(),
        new AgentOrder.PrepareTarget(id, s.job().vm(), s.at().spec(), s.at().runEpoch()),
        remaining(progress.deadline));
  }

  void lookAtEnds(Copying s) {
    steps.look(s.job().source());
    steps.look(s.at().target());
  }

  private void startPreCopy(TargetPrepared s) {
    if (clock.instant().isBefore(progress.notBefore)) {
      return;
    }
    order(
        s.job().source(),
        OrderId.Step.PRE_COPY,
        s.at(),
        new AgentOrder.StartPreCopy(
            id,
            s.job().vm(),
            s.at().runEpoch(),
            s.ticket(),
            s.job().bandwidthLimit(),
            settings.outageBudget()),
        settings.prepareDeadline());
  }

  private void stopOrCommit(StopAndCopy s) {
    if (progress.committing()) {
      steps.switchOver(s.job().vm(), s.at().target());
      return;
    }
    order(
        s.job().source(),
        OrderId.Step.STOP_AND_COPY,
        s.at(),
        new AgentOrder.StopAndCopy(
            id, s.job().vm(), s.at().runEpoch(), settings.stopAndCopyDeadline()),
        remaining(progress.deadline));
  }

  private void secureClaim(SwitchedOver s) {
    if (progress.claimMissing) {
      steps.claim(s.at().target(), s.job().vm(), s.at().spec());
    } else {
      steps.handOverClaim(s.at().target(), s.job().vm());
    }
  }

  void verify(Committed s) {
    order(
        s.at().target(),
        OrderId.Step.VERIFY,
        s.at(),
        new AgentOrder.VerifyGuest(s.job().vm(), s.runEpoch(), settings.verifyDeadline()),
        settings.verifyDeadline());
  }

  private void removeSource(Releasing s) {
    order(
        s.job().source(),
        OrderId.Step.REMOVE_SOURCE,
        s.at(),
        new AgentOrder.RemoveGuest(s.job().vm(), s.at().runEpoch()),
        settings.cleanKept());
  }

  /** A target that has no agent now is left behind; see {@link MigrationCleaning#leaveTarget}. */
  void leaveTarget(MigrationState state, HostId target, String why) {
    if (cleaning.leaveTarget(state, target, why)) {
      act(state);
    }
  }

  /** Whether something of the last attempt may be left, where the next one would find it. */
  boolean isLeaving(Queued s) {
    return cleaning.isLeaving(s);
  }

  private void order(
      HostId host, OrderId.Step step, Move move, AgentOrder what, Duration deadline) {
    steps.order(host, new OrderId(id, step, move.attempt(), progress.number), what, deadline);
  }

  void ring(Alarm alarm, Duration after) {
    alarms.ring(alarm, after, progress.entry);
  }

  void deadline(Instant at) {
    progress.deadline = at;
    ring(Alarm.DEADLINE, remaining(at));
  }

  private Instant queueEnds(Instant since) {
    return past(since).plus(settings.queueTimeout());
  }

  /** Of a time in the journal, which a clock that was ahead may have written. */
  private Instant past(Instant journaled) {
    Instant now = clock.instant();
    return journaled.isAfter(now) ? now : journaled;
  }

  private Duration remaining(Instant at) {
    Duration left = Duration.between(clock.instant(), at);
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
