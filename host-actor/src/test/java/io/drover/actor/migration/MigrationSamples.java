package io.drover.actor.migration;

import static io.drover.actor.migration.SimulatedFleet.MIGRATION;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.SPEC;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static io.drover.actor.migration.SimulatedFleet.THIRD;
import static io.drover.actor.migration.SimulatedFleet.VM;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.api.HostView;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.migration.Migration.Command;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.MigrationBehavior.Internal;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;

/** One of each: states, events, and what a migration may hear. */
final class MigrationSamples {
  static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
  static final Epoch E1 = new Epoch(1);
  static final Epoch E2 = new Epoch(2);
  static final Round ROUND = SimulatedAgent.roundOf(1, Duration.ofMillis(40));

  static final Event.Requested REQUESTED =
      new Event.Requested(
          VM,
          SOURCE,
          Optional.of(TARGET),
          Optional.of(new AreaId("north")),
          Duration.ofMillis(300),
          new DataRate(125_000_000),
          "digest",
          NOW);

  /** It chooses its target itself. */
  static final Event.Requested ANYWHERE =
      new Event.Requested(
          VM,
          SOURCE,
          Optional.empty(),
          Optional.empty(),
          Duration.ofMillis(300),
          new DataRate(125_000_000),
          "digest",
          NOW);

  static final Event.Begun BEGUN = new Event.Begun(SOURCE, E1, SPEC, NOW);
  static final Event.TargetReserved RESERVED = new Event.TargetReserved(TARGET, List.of(), NOW);
  static final Event.TargetRefused REFUSED =
      new Event.TargetRefused(TARGET, "no memory", true, NOW);
  static final Event.TargetPrepared PREPARED =
      new Event.TargetPrepared(new TransferTicket("127.0.0.1:40123", 7, 42), NOW);
  static final Event.PreCopyStarted STARTED = new Event.PreCopyStarted(NOW);
  static final Event.VmLocked LOCKED =
      new Event.VmLocked(Duration.ofMillis(40), List.of(ROUND), NOW);
  static final Event.StopOrdered STOP = new Event.StopOrdered(NOW);
  static final Event.SwitchedOver SWITCHED =
      new Event.SwitchedOver(
          TARGET,
          E2,
          Optional.of(
              new Migration.Cutover(
                  SimulatedFleet.DIGEST,
                  Optional.of(SimulatedFleet.DIGEST),
                  NOW,
                  new ByteSize(1_000_000),
                  new ByteSize(1_000),
                  Duration.ofMillis(5),
                  Duration.ofMillis(1),
                  Duration.ofMillis(2),
                  Duration.ofMillis(3),
                  Optional.of(Duration.ofMillis(4)))),
          NOW);
  static final Event.ClaimHandedOver HANDED = new Event.ClaimHandedOver("", NOW);
  static final Event.Verified VERIFIED =
      new Event.Verified(NOW.plusMillis(20), Duration.ofMillis(3), NOW);
  static final Event.SourceGivenUp GIVEN_UP = new Event.SourceGivenUp("a later grant", NOW);
  static final Event.SourceReleased RELEASED = new Event.SourceReleased("", NOW);
  static final Event.Completed COMPLETED = new Event.Completed(NOW);
  static final Event.RollbackStarted ROLLBACK =
      new Event.RollbackStarted("the digests differ", false, List.of(ROUND), NOW);
  static final Event.Abandoned ABANDONED = new Event.Abandoned(NOW);
  static final Event.RolledBack ROLLED_BACK = new Event.RolledBack("target not reached", NOW);
  static final Event.OperatorNeeded OPERATOR =
      new Event.OperatorNeeded("no heartbeat", "look at it", NOW);

  private MigrationSamples() {}

  static List<Event> events() {
    return List.of(
        REQUESTED,
        BEGUN,
        RESERVED,
        REFUSED,
        PREPARED,
        STARTED,
        LOCKED,
        STOP,
        SWITCHED,
        HANDED,
        VERIFIED,
        GIVEN_UP,
        RELEASED,
        COMPLETED,
        ROLLBACK,
        ABANDONED,
        ROLLED_BACK,
        OPERATOR);
  }

  static MigrationState after(Event... events) {
    MigrationState state = new MigrationState.Empty();
    for (Event event : events) {
      state = MigrationHistory.evolve(state, event);
    }
    return state;
  }

  static MigrationState stopAndCopy() {
    return after(REQUESTED, BEGUN, RESERVED, PREPARED, STARTED, LOCKED, STOP);
  }

  private static MigrationState on(MigrationState from, Event... events) {
    MigrationState state = from;
    for (Event event : events) {
      state = MigrationHistory.evolve(state, event);
    }
    return state;
  }

  static List<MigrationState> states() {
    MigrationState stopAndCopy = stopAndCopy();
    return List.of(
        after(),
        after(REQUESTED),
        after(REQUESTED, BEGUN),
        after(REQUESTED, BEGUN, RESERVED),
        after(REQUESTED, BEGUN, RESERVED, REFUSED),
        after(REQUESTED, BEGUN, RESERVED, PREPARED),
        after(REQUESTED, BEGUN, RESERVED, PREPARED, REFUSED),
        after(ANYWHERE, BEGUN, RESERVED),
        after(ANYWHERE, BEGUN, RESERVED, PREPARED),
        after(REQUESTED, BEGUN, RESERVED, PREPARED, STARTED),
        after(REQUESTED, BEGUN, RESERVED, PREPARED, STARTED, LOCKED),
        stopAndCopy,
        on(stopAndCopy, SWITCHED),
        on(stopAndCopy, SWITCHED, HANDED),
        on(stopAndCopy, SWITCHED, HANDED, VERIFIED),
        on(stopAndCopy, SWITCHED, HANDED, VERIFIED, RELEASED),
        on(stopAndCopy, SWITCHED, HANDED, VERIFIED, RELEASED, COMPLETED),
        on(stopAndCopy, SWITCHED, HANDED, OPERATOR),
        on(stopAndCopy, ROLLBACK),
        on(stopAndCopy, ROLLBACK, ABANDONED),
        on(stopAndCopy, ROLLBACK, ABANDONED, ROLLED_BACK));
  }

  /** What may be heard, but for alarms. */
  static List<Command> heard() {
    Refusal conflict = Refusal.of(Refusal.Kind.CONFLICT, "not now");
    Refusal gone = Refusal.of(Refusal.Kind.NOT_FOUND, "no VM");
    List<Command> all = new ArrayList<>();
    for (MigrationReply reply :
        List.of(
            new MigrationReply.MigrationBegun(MIGRATION, SOURCE, E1, SPEC),
            new MigrationReply.Locked(MIGRATION),
            new MigrationReply.SwitchedOver(MIGRATION, TARGET, E2),
            new MigrationReply.SwitchedOver(MIGRATION, TARGET, new Epoch(3)),
            new MigrationReply.AlreadySwitchedOver(MIGRATION, TARGET, E2),
            new MigrationReply.Abandoned(MIGRATION, SOURCE, E1),
            new MigrationReply.Ended(MIGRATION),
            new MigrationReply.Refused(MIGRATION, conflict),
            new MigrationReply.Refused(MIGRATION, gone))) {
      all.add(new Internal.VmSaid(reply));
    }
    for (Placement placement :
        List.of(
            new Placement.Placed(Optional.of(MIGRATION), TARGET),
            new Placement.Placed(Optional.of(MIGRATION), THIRD),
            new Placement.Refused(Optional.of(MIGRATION), Refusals.FULL),
            new Placement.Refused(Optional.of(MIGRATION), gone))) {
      all.add(new Internal.SchedulerSaid(placement));
    }
    all.addAll(orders());
    HostOffer offer =
        new HostOffer(
            TARGET, 1, true, false, Resources.NONE, Resources.NONE, List.of(), List.of(), Map.of());
    all.add(new Internal.ClaimAnswered(new ClaimReply.Claimed(TARGET, VM, offer)));
    all.add(new Internal.ClaimAnswered(new ClaimReply.Refused(TARGET, VM, "none")));
    all.add(new Internal.ClaimAnswered(new ClaimReply.Refused(TARGET, VM, "full")));
    for (HostId end : List.of(SOURCE, TARGET)) {
      for (HostView.State state : HostView.State.values()) {
        all.add(new Internal.HostSeen(new Host.Reply.Shown(host(end, "i1", state))));
      }
      all.add(
          new Internal.HostSeen(new Host.Reply.Shown(host(end, "i2", HostView.State.CONNECTED))));
      all.add(new Notice.AgentLost(end));
    }
    all.add(new Notice.AgentSaid(SOURCE, new AgentReport.RoundReported(MIGRATION, ROUND)));
    all.add(
        new Notice.AgentSaid(
            TARGET, new AgentReport.TargetReady(MIGRATION, SimulatedFleet.DIGEST, NOW)));
    all.add(
        new Notice.AgentSaid(TARGET, new AgentReport.TransferFailed(MIGRATION, "target", "cut")));
    all.add(new Notice.AgentRestarted(SOURCE, "i2"));
    all.add(new Notice.AgentRestarted(TARGET, "i2"));
    all.add(new Notice.GiveUp("the VM is to be stopped"));
    all.add(new Notice.StillNeeds(TARGET, 1, TestInbox.<Host.Need>create().getRef()));
    return all;
  }

  private static List<Command> orders() {
    List<Command> all = new ArrayList<>();
    for (OrderId.Step step : OrderId.Step.values()) {
      String order = new OrderId(MIGRATION, step, 1, 1).text();
      Outcome good =
          switch (step) {
            case PREPARE -> new Outcome.TargetPrepared(PREPARED.ticket());
            case STOP_AND_COPY -> SimulatedAgent.stopped(NOW);
            case VERIFY -> new Outcome.GuestVerified(NOW, Duration.ZERO, guest());
            default -> new Outcome.Done();
          };
      for (Outcome outcome :
          List.of(
              good,
              new Outcome.Failed(FailureCode.INSUFFICIENT_RESOURCES, "2 of 2"),
              new Outcome.Failed(FailureCode.NO_SUCH_GUEST, "gone"))) {
        all.add(new Internal.OrderEnded(new OrderOutcome.Answered(TARGET, order, outcome)));
      }
      all.add(
          new Internal.OrderEnded(new OrderOutcome.Unanswered(TARGET, order, "deadline", true)));
    }
    return all;
  }

  private static GuestStatus guest() {
    return new GuestStatus(
        VM, E2, GuestState.RUNNING, "", "embedded", Optional.empty(), Map.of(), NOW);
  }

  static HostView host(HostId id, String incarnation, HostView.State state) {
    return new HostView(
        id,
        1,
        state,
        false,
        Resources.NONE,
        Resources.NONE,
        List.of(),
        E1,
        incarnation,
        "1",
        List.of(),
        List.of(),
        "",
        Map.of(),
        0,
        Optional.empty(),
        NOW,
        HostView.Liveness.UNKNOWN);
  }
}
