package io.drover.actor.vm;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.M2;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.OP2;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.guest;
import static io.drover.actor.Samples.settings;
import static io.drover.actor.Samples.workloadBurst;
import static java.util.stream.Collectors.joining;

import io.drover.actor.RecordingRoutes;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.machine.Answers;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.actor.vm.Vm.Reply;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.VmBehavior.Internal;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class VmMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());

  private final Answers caller = new Answers(KIT);
  private final AtomicBoolean rests = new AtomicBoolean();
  private final MachineCoverage coverage =
      new MachineCoverage("vm", VmState.class, Event.class, List.of(Command.class));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    coverage.visitEvents(VmSamples.states(), VmSamples.events(), VmState::evolve);
    EventSourcedBehaviorTestKit<Command, Event, VmState> kit =
        EventSourcedBehaviorTestKit.create(
            KIT.system(),
            Vm.create(
                VM,
                PersistenceId.ofUniqueId("vm-machine"),
                new Vm.Ports(
                    new RecordingRoutes(),
                    new CancelledMigrations(),
                    settings(),
                    workloadBurst(),
                    () -> NOW,
                    () -> "01k00000000000000000000009"),
                () -> rests.set(true)));

    for (VmState state : VmSamples.states()) {
      for (Command command : commands()) {
        kit.clear();
        kit.initialize(state);
        var result = kit.runCommand(command);
        Optional<Object> reply =
            caller.take().or(() -> rests.get() ? Optional.of("rests") : Optional.empty());
        rests.set(false);
        coverage.visited(state, command, resultOf(result.events(), reply));
      }
    }

    coverage.assertCompleteAndDocumented();
  }

  private static String resultOf(List<Event> events, Optional<Object> reply) {
    String answer = reply.map(VmMachineTest::nameOf).orElse(MachineCoverage.NOTHING);
    String persisted =
        events.stream().map(e -> e.getClass().getSimpleName()).collect(joining(", "));
    return persisted.isEmpty() ? answer : "**" + persisted + "**";
  }

  private static String nameOf(Object reply) {
    return switch (reply) {
      case String said -> said;
      case Reply.Refused r -> r.refusal().kind().name();
      case MigrationReply.Refused r -> r.refusal().kind().name();
      default -> reply.getClass().getSimpleName();
    };
  }

  private List<Command> commands() {
    ActorRef<Reply> owner = caller.ref();
    ActorRef<MigrationReply> migration = caller.ref();
    NewVm request = new NewVm(NORTH, "web", SPEC, Optional.empty());
    Refusal full = Refusal.of(Refusal.Kind.NO_CAPACITY, "full");
    String runOrder = VM + "/run/1";
    return List.of(
        new Request.Create(request, "digest", owner),
        new Request.Create(request, "another", owner),
        new Request.Get(owner),
        new Request.Start(OP2, owner),
        new Request.Stop(OP2, Duration.ofSeconds(1), owner),
        new Request.Reboot(OP2, owner),
        new Request.Delete(OP2, owner),
        new Request.GetOperation(OP1, owner),
        new Request.IfUnchanged(0, new Request.Stop(OP2, Duration.ofSeconds(1), owner)),
        new FromHost.GuestReported(H1, guest(1, GuestState.RUNNING)),
        new FromHost.GuestReported(H1, guest(1, GuestState.ENDED)),
        new FromHost.GuestReported(H1, guest(1, GuestState.PAUSED)),
        new FromHost.GuestReported(H2, guest(2, GuestState.RUNNING)),
        new FromHost.HostAttached(H1, "i1", Optional.of(guest(1, GuestState.RUNNING))),
        new FromHost.HostAttached(H1, "i1", Optional.empty()),
        new FromHost.HostDetached(H1),
        new FromHost.HostFenced(H1, new FenceProof(FenceProof.By.LEASE, "it ran out", NOW)),
        new FromHost.HostFenced(H2, new FenceProof(FenceProof.By.LEASE, "it ran out", NOW)),
        new FromHost.FenceUpheld(
            H1, new Epoch(1), new FenceProof(FenceProof.By.LEASE, "it ran out", NOW)),
        new FromHost.StillNeeds(H1, 1, caller.ref()),
        new FromMigration.BeginMigration(M1, Optional.empty(), migration),
        new FromMigration.BeginMigration(M2, Optional.of(0L), migration),
        new FromMigration.LockForMigration(M1, migration),
        new FromMigration.SwitchOver(M1, H2, migration),
        new FromMigration.AbandonMigration(M1, migration),
        new FromMigration.EndMigration(M1, "over", migration),
        new Internal.PlacementAnswered(new Placement.Placed(Optional.of(VM), H1)),
        new Internal.PlacementAnswered(new Placement.Refused(Optional.of(VM), full)),
        new Internal.PlacementTimedOut(),
        new Internal.OrderEnded(new OrderOutcome.Answered(H1, runOrder, new Outcome.Done())),
        new Internal.OrderEnded(new OrderOutcome.Answered(H1, VM + "/stop/1", new Outcome.Done())),
        new Internal.OrderEnded(new OrderOutcome.Unanswered(H1, runOrder, "silence", true)),
        new Internal.Retry(),
        new Internal.Look(),
        new Internal.AskHome(),
        new Internal.HomeAnswered(new Scheduler.HomeReply.NotYet(VM, "full")),
        new Internal.HomeAnswered(new Scheduler.HomeReply.Welcome(VM, M2)),
        new Internal.Idle());
  }
}
