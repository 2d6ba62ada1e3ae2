package io.drover.actor.migration;

import io.drover.actor.api.Refusal;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.MigrationBehavior.Internal;
import io.drover.actor.migration.MigrationState.Abandoning;
import io.drover.actor.migration.MigrationState.Committed;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.NeedsOperator;
import io.drover.actor.migration.MigrationState.PreCopy;
import io.drover.actor.migration.MigrationState.Queued;
import io.drover.actor.migration.MigrationState.Requested;
import io.drover.actor.migration.MigrationState.Revocable;
import io.drover.actor.migration.MigrationState.RollingBack;
import io.drover.actor.migration.MigrationState.SourceReleased;
import io.drover.actor.migration.MigrationState.StopAndCopy;
import io.drover.actor.migration.MigrationState.SwitchedOver;
import io.drover.actor.migration.MigrationState.Verifying;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The decisions of one migration: what it makes of what it hears. Knows no actor, so that a test
 * can lose, repeat and delay everything; not thread-safe, belongs to the entity.
 *
 * <p>{@link #hear} returns the event to journal, if any. Whoever journaled it calls {@link
 * #entered} with the state that came of it.
 */
final class MigrationCourse {
  private static final Set<Refusal.Kind> WILL_NOT_CHANGE =
      EnumSet.of(Refusal.Kind.NOT_FOUND, Refusal.Kind.INVALID, Refusal.Kind.CONFLICT);

  private final MigrationTools tools;
  private final MigrationProgress progress;
  private final MigrationActs acts;
  private final MigrationReports reports;
  private final MigrationOutcomes outcomes;
  private final MigrationTimeouts timeouts;

  MigrationCourse(MigrationTools tools) {
    this.tools = tools;
    this.progress = tools.progress();
    this.acts = new MigrationActs(tools);
    this.reports = new MigrationReports(tools, acts);
    this.outcomes = new MigrationOutcomes(tools, acts, reports);
    this.timeouts = new MigrationTimeouts(tools, acts, reports, outcomes);
  }

  private record On<I>(MigrationState state, I input) {}

  void entered(MigrationState state) {
    acts.enter(state);
  }

  void recovered(MigrationState state) {
    acts.recover(state);
  }

  Optional<Event> hear(MigrationState state, Internal input) {
    return switch (input) {
      case Internal.VmSaid i -> vmSaid(state, i.reply());
      case Internal.SchedulerSaid i -> schedulerSaid(state, i.placement());
      case Internal.OrderEnded i -> outcomes.orderEnded(state, i.outcome());
      case Internal.ClaimAnswered i -> claimAnswered(state, i.reply());
      case Internal.HostSeen i -> reports.hostSeen(state, i.reply());
      case Internal.Rang i when i.entry() != progress.entry -> Optional.empty();
      case Internal.Rang i -> timeouts.rang(state, i.alarm());
    };
  }

  /**
   * A host asks about a claim that the VM should have had: it could not be reached when the VM was
   * switched over, which did not wait for it for ever. The VM has it now, and says itself, when it
   * is asked, whether it needs it.
   */
  void handOverLate(MigrationState state, HostId host) {
    if (state instanceof Known s) {
      tools.steps().handOverClaim(host, s.job().vm());
    }
  }

  /** Never called with {@link Notice.StillNeeds}, which is a question. */
  Optional<Event> hear(MigrationState state, Notice notice) {
    return switch (notice) {
      case Notice.AgentSaid n -> reports.agentSaid(state, n.host(), n.report());
      case Notice.AgentRestarted n -> reports.agentRestarted(state, n.host());
      case Notice.AgentLost n -> reports.agentLost(state, n.host());
      case Notice.GiveUp n -> giveUp(state, n.reason());
      case Notice.StillNeeds _ -> Optional.empty();
    };
  }

  /** A person wants it to roll back; the VM may still say that it is too late. */
  Event cancel(String reason) {
    return new Event.RollbackStarted(reason, true, progress.rounds(), tools.now());
  }

  private Optional<Event> vmSaid(MigrationState state, MigrationReply reply) {
    return switch (new On<>(state, reply)) {
      case On(Requested _, MigrationReply.MigrationBegun r) ->
          Optional.of(new Event.Begun(r.source(), r.runEpoch(), r.spec(), tools.now()));
      case On(PreCopy _, MigrationReply.Locked _) when progress.lockAsked ->
          Optional.of(
              new Event.VmLocked(
                  progress.rounds().getLast().predictedBlackout(), progress.rounds(), tools.now()));
      case On(Requested _, MigrationReply.Refused r) -> refused(r);
      case On(PreCopy _, MigrationReply.Refused r) -> refused(r);
      case On(StopAndCopy _, MigrationReply.Refused r) -> refused(r);
      case On(StopAndCopy _, MigrationReply.SwitchedOver r) ->
          switchedOver(r.target(), r.runEpoch());
      case On(Abandoning s, MigrationReply.SwitchedOver r) when s.move().isPresent() ->
          switchedOver(r.target(), r.runEpoch());
      case On(Abandoning s, MigrationReply.AlreadySwitchedOver r) when s.move().isPresent() ->
          switchedOver(r.target(), r.runEpoch());
      case On(Abandoning _, MigrationReply.Abandoned _) ->
          Optional.of(new Event.Abandoned(tools.now()));
      // a VM that is gone, or takes part in another migration, has no grant of this one to keep
      case On(Abandoning _, MigrationReply.Refused r) when isFinal(r) ->
          Optional.of(new Event.Abandoned(tools.now()));
      case On(RollingBack s, MigrationReply.Ended _) -> rolledBack(s);
      case On(RollingBack s, MigrationReply.Refused r) when isFinal(r) -> rolledBack(s);
      case On(SourceReleased s, MigrationReply.Ended _) -> completed(s);
      case On(SourceReleased s, MigrationReply.Refused r) when isFinal(r) -> completed(s);
      case On(Verifying s, MigrationReply.SwitchedOver r) -> granted(s, r.target(), r.runEpoch());
      case On(NeedsOperator s, MigrationReply.SwitchedOver r) ->
          granted(s, r.target(), r.runEpoch());
      case On(Empty _, _), On(Known _, _) -> tools.ignored(state, reply);
    };
  }

  private Optional<Event> refused(MigrationReply.Refused reply) {
    return Optional.of(tools.rollBack("the VM refused: " + reply.refusal().detail()));
  }

  /**
   * What the VM had at the source is its own; not before now does it say that it is done with it.
   */
  private Optional<Event> completed(SourceReleased s) {
    tools.steps().releaseClaim(s.job().source(), s.job().vm());
    return Optional.of(new Event.Completed(tools.now()));
  }

  private static boolean isFinal(MigrationReply.Refused reply) {
    return reply.refusal().kind() != Refusal.Kind.UNAVAILABLE
        && reply.refusal().kind() != Refusal.Kind.UNKNOWN_OUTCOME;
  }

  private Optional<Event> switchedOver(HostId target, Epoch runEpoch) {
    return Optional.of(
        new Event.SwitchedOver(target, runEpoch, progress.cutover(tools.now()), tools.now()));
  }

  private Optional<Event> rolledBack(RollingBack s) {
    s.move().ifPresent(move -> tools.steps().releaseClaim(move.target()));
    return Optional.of(new Event.RolledBack(progress.leftover, tools.now()));
  }

  /** What moved is not what runs when the VM has a later grant. */
  private Optional<Event> granted(Committed s, HostId holder, Epoch runEpoch) {
    if (!s.runEpoch().isBefore(runEpoch)) {
      return Optional.empty();
    }
    String reason =
        "the VM runs under run epoch %s at %s: the guest that was moved is lost"
            .formatted(runEpoch, holder);
    return Optional.of(new Event.SourceGivenUp(reason, tools.now()));
  }

  private Optional<Event> schedulerSaid(MigrationState state, Placement placement) {
    return switch (new On<>(state, placement)) {
      case On(Queued s, Placement.Placed p) when !acts.isLeaving(s) -> {
        s.leaving().filter(left -> !left.equals(p.host())).ifPresent(tools.steps()::releaseClaim);
        p.refused().forEach(r -> tools.steps().releaseClaim(HostId.parse(r.host())));
        yield Optional.of(new Event.TargetReserved(p.host(), p.refused(), tools.now()));
      }
      case On(Queued _, Placement.Refused p) when WILL_NOT_CHANGE.contains(p.refusal().kind()) ->
          Optional.of(tools.rollBack("no target: " + p.refusal().detail()));
      case On(Queued _, Placement.Refused p) -> {
        progress.note = p.refusal().detail();
        progress.notBefore = tools.now().plus(tools.settings().busyRetry());
        yield Optional.empty();
      }
      case On(Queued _, Placement.Placed _) ->
          tools.ignored(state, placement); // asked for before the target that is being left
      case On(_, Placement.Placed p) when !state.needsClaimAt(p.host()) -> released(p.host());
      case On(Empty _, _), On(Known _, _) -> tools.ignored(state, placement);
    };
  }

  /** A placement that came too late: nobody will use its claim. */
  private Optional<Event> released(HostId host) {
    tools.steps().releaseClaim(host);
    return Optional.empty();
  }

  private Optional<Event> claimAnswered(MigrationState state, ClaimReply reply) {
    return switch (new On<>(state, reply)) {
      case On(SwitchedOver _, ClaimReply.Claimed _) ->
          Optional.of(new Event.ClaimHandedOver("", tools.now()));
      case On(SwitchedOver s, ClaimReply.Refused _) when !progress.claimMissing -> {
        progress.claimMissing = true; // a late answer of an earlier attempt was taken for a claim
        acts.act(s);
        yield Optional.empty();
      }
      case On(SwitchedOver _, ClaimReply.Refused r) ->
          Optional.of(new Event.ClaimHandedOver("the VM has no claim: " + r.reason(), tools.now()));
      case On(Empty _, _), On(Known _, _) -> tools.ignored(state, reply);
    };
  }

  private Optional<Event> giveUp(MigrationState state, String reason) {
    return switch (state) {
      case Revocable _ -> Optional.of(tools.rollBack(reason));
      case NeedsOperator _ -> Optional.of(new Event.SourceGivenUp(reason, tools.now()));
      case Empty _, Known _ -> tools.ignored(state, reason);
    };
  }
}
