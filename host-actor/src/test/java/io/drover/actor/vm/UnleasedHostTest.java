package io.drover.actor.vm;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.E2;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.H3;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP2;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.settings;
import static io.drover.actor.Samples.workloadBurst;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.InMemory;
import io.drover.actor.RecordingRoutes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.placement.Scheduler.Command.RestartVm;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.Vm.Reply;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.VmBehavior.Internal;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit.CommandResult;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A VM that its host does not start, as it does not hold its lease, and faults on its way away. */
class UnleasedHostTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final String RUN = VM + "/run/1";
  private static final String LEAVE = VM + "/leave/1";

  private final RecordingRoutes routes = new RecordingRoutes();
  private Instant now = NOW;
  private final EventSourcedBehaviorTestKit<Command, Event, VmState> vm =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Vm.create(
              VM,
              PersistenceId.ofUniqueId("vm-unleased"),
              new Vm.Ports(
                  routes,
                  new CancelledMigrations(),
                  settings(),
                  workloadBurst(),
                  () -> now,
                  () -> "01k00000000000000000000009"),
              new InMemory() {
                @Override
                public void mayRest() {}

                @Override
                public void exists(boolean exists) {}
              }));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldStartElsewhereOnceTheAgentHasUsedUpTheGrant() {
    refusedForLong(VmSamples.starting());
    assertThat(routes.commands(RestartVm.class)).hasSize(1);

    assertThat(found(H2).hasNoEvents()).as("the agent has not answered").isTrue();
    assertThat(orders()).contains(new AgentOrder.RemoveGuest(VM, E1));

    assertThat(ended(LEAVE, new Outcome.Done()).events())
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Relocated.class,
            e -> {
              assertThat(e.host()).isEqualTo(H2);
              assertThat(e.runEpoch()).isEqualTo(E2);
              assertThat(e.lost()).isEqualTo(H1);
            });
    assertThat(released()).containsExactly(H1);
  }

  @Test
  void shouldWaitForTheLeaseAtFirst() {
    vm.initialize(VmSamples.starting());
    ended(RUN, NOT_HELD);
    now = now.plus(settings().orderDeadline()).minusMillis(1);
    ended(RUN, NOT_HELD);
    vm.runCommand(new Internal.Retry());

    assertThat(routes.commands(RestartVm.class)).isEmpty();
  }

  @Test
  void shouldStayWhereItStartedMeanwhile() {
    refusedForLong(VmSamples.starting());
    assertThat(ended(RUN, new Outcome.Done()).events())
        .singleElement()
        .isInstanceOf(Event.Started.class);

    found(H2);

    assertThat(orders()).doesNotContain(new AgentOrder.RemoveGuest(VM, E1));
    assertThat(released()).containsExactly(H2);
  }

  /** Its host got the lease just then: the order to use the grant up is on its way already. */
  @Test
  void shouldNotTakeItForStartedUnderAGrantThatIsBeingUsedUp() {
    refusedForLong(VmSamples.starting());
    found(H2);
    routes.clear();

    assertThat(ended(RUN, new Outcome.Done()).hasNoEvents()).isTrue();
    assertThat(
            vm.runCommand(new FromHost.GuestReported(H1, guest(GuestState.RUNNING))).hasNoEvents())
        .isTrue();
    assertThat(
            vm.runCommand(new FromHost.HostAttached(H1, "other", Optional.empty())).hasNoEvents())
        .isTrue();
    vm.runCommand(new Internal.Retry());

    assertThat(orders()).containsOnly(new AgentOrder.RemoveGuest(VM, E1));
    assertThat(ended(LEAVE, new Outcome.Done()).events()).hasSize(1);
  }

  @Test
  void shouldGetAnotherGrantThereWhenItsHostDidNotAnswer() {
    refusedForLong(VmSamples.starting());
    found(H2);
    routes.clear();

    List<Event> events = vm.runCommand(new Internal.PlacementTimedOut()).events();

    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Granted.class,
            e -> {
              assertThat(e.host()).isEqualTo(H1);
              assertThat(e.runEpoch()).as("the first may be used up").isEqualTo(E2);
              assertThat(e.counted()).isFalse();
            });
    assertThat(released()).containsExactly(H2);
    assertThat(ended(LEAVE, new Outcome.Done()).hasNoEvents()).as("too late").isTrue();
  }

  @Test
  void shouldTryAgainWhenTheAgentCouldNotUseItUp() {
    refusedForLong(VmSamples.starting());
    found(H2);

    assertThat(ended(LEAVE, new Outcome.Failed(FailureCode.HYPERVISOR_FAILED, "no")).hasNoEvents())
        .isTrue();
    routes.clear();
    vm.runCommand(new Internal.Retry());

    assertThat(orders()).containsExactly(new AgentOrder.RemoveGuest(VM, E1));
  }

  /** Nothing of leaving is in the journal: the agent says that the grant is used up. */
  @Test
  void shouldGetAnotherGrantThereWhenItCrashesWhileItLeaves() {
    refusedForLong(VmSamples.starting());
    found(H2);
    routes.clear();

    vm.restart();
    assertThat(ended(LEAVE, new Outcome.Done()).hasNoEvents()).as("to another life").isTrue();
    vm.runCommand(new Internal.Look());
    assertThat(routes.commands(Host.Command.Instruct.class))
        .extracting(Host.Command.Instruct::orderId)
        .contains(RUN);

    Outcome usedUp = new Outcome.Failed(FailureCode.INVALID_STATE, "run epoch 1 was used up here");
    assertThat(ended(RUN, usedUp).events())
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Granted.class,
            e -> {
              assertThat(e.host()).isEqualTo(H1);
              assertThat(e.runEpoch()).isEqualTo(E2);
            });
    var host = KIT.createTestProbe(Host.Need.class);
    vm.runCommand(new FromHost.StillNeeds(H2, 1, host.ref()));
    host.expectMessage(new Host.Need(VM, 1, false));
  }

  @Test
  void shouldStopWhileItLeaves() {
    refusedForLong(VmSamples.starting());
    found(H2);
    vm.runCommand(new Request.Stop(OP2, Duration.ZERO, KIT.createTestProbe(Reply.class).ref()));

    assertThat(ended(LEAVE, new Outcome.Done()).hasNoEvents()).isTrue();
    assertThat(released()).containsExactly(H2);
  }

  @Test
  void shouldRestartElsewhereWhenItsHostIsFencedWhileItLeaves() {
    refusedForLong(VmSamples.starting());
    found(H2);
    FenceProof proof = new FenceProof(FenceProof.By.OPERATOR, "op", NOW);
    vm.runCommand(new FromHost.HostFenced(H1, proof));

    assertThat(routes.commands(Host.Command.UpholdFence.class)).hasSize(1);
    assertThat(vm.runCommand(new FromHost.FenceUpheld(H1, E1, proof)).events())
        .singleElement()
        .isInstanceOf(Event.Relocated.class);
  }

  @Test
  void shouldSayWhyItWaitsAndAskAgain() {
    refusedForLong(VmSamples.starting());
    vm.runCommand(
        new Internal.PlacementAnswered(
            new Placement.Refused(
                Optional.of(VM), Refusal.of(Refusal.Kind.NO_CAPACITY, "all are full"))));

    var probe = KIT.createTestProbe(Reply.class);
    vm.runCommand(new Request.Get(probe.ref()));
    assertThat(probe.expectMessageClass(Reply.Shown.class).vm().reason())
        .contains("does not hold its lease", "all are full");
    vm.runCommand(new Internal.Retry());
    assertThat(routes.commands(RestartVm.class)).hasSize(2);
  }

  /** Its memory is there, and nowhere else. */
  @Test
  void shouldNotLeaveWithTheMemoryOfAGuestThatWasMoved() {
    VmState moved =
        VmSamples.after(
            VmSamples.CREATED,
            VmSamples.GRANTED,
            VmSamples.STARTED,
            VmSamples.BEGUN,
            VmSamples.LOCKED,
            VmSamples.SWITCHED,
            VmSamples.ENDED);
    vm.initialize(moved);
    String run = VM + "/run/2";
    refused(H2, run);
    now = now.plus(settings().orderDeadline());
    refused(H2, run);
    vm.runCommand(new Internal.Retry());

    assertThat(routes.commands(RestartVm.class)).isEmpty();
  }

  @Test
  void shouldNotWanderFromHostToHost() {
    VmState state = VmSamples.starting();
    for (int i = 0; i < settings().relocationLimit(); i++) {
      state =
          VmState.evolve(
              state,
              new Event.Relocated(
                  i % 2 == 0 ? H3 : H1,
                  VmState.nextEpoch(((VmState.Known) state).vm()),
                  H1,
                  "",
                  NOW));
    }
    vm.initialize(state);
    HostId host = ((VmState.Granted) state).grant().host();
    String run = VM + "/run/" + ((VmState.Granted) state).grant().runEpoch();
    refused(host, run);
    now = now.plus(settings().orderDeadline());
    refused(host, run);
    vm.runCommand(new Internal.Retry());

    assertThat(routes.commands(RestartVm.class)).isEmpty();
  }

  private static final Outcome NOT_HELD =
      new Outcome.Failed(FailureCode.LEASE_NOT_HELD, "it is not held");

  private void refusedForLong(VmState state) {
    vm.initialize(state);
    refused(H1, RUN);
    now = now.plus(settings().orderDeadline());
    refused(H1, RUN);
    vm.runCommand(new Internal.Retry());
  }

  private void refused(HostId host, String order) {
    vm.runCommand(new Internal.OrderEnded(new OrderOutcome.Answered(host, order, NOT_HELD)));
  }

  private CommandResult<Command, Event, VmState> ended(String order, Outcome outcome) {
    return vm.runCommand(new Internal.OrderEnded(new OrderOutcome.Answered(H1, order, outcome)));
  }

  private CommandResult<Command, Event, VmState> found(HostId host) {
    return vm.runCommand(
        new Internal.PlacementAnswered(new Placement.Placed(Optional.of(VM), host)));
  }

  private List<AgentOrder> orders() {
    return routes.commands(Host.Command.Instruct.class).stream()
        .map(Host.Command.Instruct::order)
        .toList();
  }

  private List<HostId> released() {
    return routes.all().stream()
        .filter(s -> s.command() instanceof Host.Command.ReleaseClaim)
        .map(s -> HostId.parse(s.entityId()))
        .toList();
  }

  private static GuestStatus guest(GuestState state) {
    return new GuestStatus(VM, E1, state, "", "embedded", Optional.empty(), Map.of(), NOW);
  }
}
