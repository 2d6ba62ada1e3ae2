package io.drover.actor.vm;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.H3;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.M2;
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
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.actor.vm.Vm.Reply;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.Vm.Work;
import io.drover.actor.vm.VmBehavior.Internal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VmFaultTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());

  private final RecordingRoutes routes = new RecordingRoutes();
  private final CancelledMigrations cancelled = new CancelledMigrations();
  private final List<Boolean> existence = new ArrayList<>();
  private int rests;
  private final ActorRef<Reply> owner = KIT.createTestProbe(Reply.class).ref();
  private final ActorRef<MigrationReply> migration =
      KIT.createTestProbe(MigrationReply.class).ref();
  private final EventSourcedBehaviorTestKit<Command, Event, VmState> vm =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Vm.create(
              VM,
              PersistenceId.ofUniqueId("vm-fault"),
              new Vm.Ports(
                  routes,
                  cancelled,
                  settings(),
                  workloadBurst(),
                  () -> NOW,
                  () -> "01k00000000000000000000009"),
              new InMemory() {
                @Override
                public void mayRest() {
                  rests++;
                }

                @Override
                public void exists(boolean exists) {
                  existence.add(exists);
                }
              }));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** While the cluster is of two minds, the other incarnation may create it. */
  @Test
  void shouldNotGoOnSayingThatItIsNotThere() {
    vm.runCommand(new Request.Get(owner));
    assertThat(rests).isEqualTo(1);

    vm.initialize(VmSamples.running());
    vm.runCommand(new Request.Get(owner));
    assertThat(rests).isEqualTo(1);
  }

  @Test
  void shouldGiveBackAClaimThatCameAfterTheVmWasDeleted() {
    vm.initialize(VmSamples.stopped());
    vm.runCommand(new Request.Start(OP2, owner));
    vm.runCommand(new Request.Delete(OP2, owner));
    routes.clear();

    vm.runCommand(new Internal.PlacementAnswered(new Placement.Placed(Optional.of(VM), H2)));

    assertThat(routes.commands(Host.Command.ReleaseClaim.class)).hasSize(1);
  }

  /** A host that has seen a later grant refuses orders under that of the guest it has. */
  @Test
  void shouldDiscardUnderItsLastGrantWhatAnEarlierMigrationLeft() {
    vm.initialize(
        VmSamples.after(
            VmSamples.CREATED,
            VmSamples.GRANTED,
            VmSamples.STARTED,
            VmSamples.BEGUN,
            VmSamples.LOCKED,
            VmSamples.SWITCHED));
    GuestStatus left =
        new GuestStatus(
            VM, E1, GuestState.INCOMING, "", "embedded", Optional.of(M2), Map.of(), NOW);

    vm.runCommand(new FromHost.GuestReported(H3, left));

    assertThat(routes.commands(Host.Command.Instruct.class))
        .extracting(Host.Command.Instruct::order)
        .contains(new AgentOrder.AbortMigration(M2, VM, E1.next()));
  }

  @Test
  void shouldNotLetAVmThatIsToStopWaitForAnOperator() {
    vm.initialize(VmSamples.settled());

    vm.runCommand(new Request.Stop(OP2, Duration.ZERO, owner));

    assertThat(cancelled.all).containsExactly(M1);
    vm.runCommand(new FromMigration.SwitchOver(M1, H2, migration)); // the first word was lost
    assertThat(cancelled.all).containsExactly(M1, M1);
  }

  @ParameterizedTest
  @MethodSource("endsOfAMovedGuest")
  void shouldNotHaveTheCopyOfAVmKeptThatIsDeletedOrStopped(List<Event> end) {
    vm.initialize(
        VmSamples.after(
            Stream.concat(
                    Stream.of(
                        VmSamples.CREATED,
                        VmSamples.GRANTED,
                        VmSamples.STARTED,
                        VmSamples.BEGUN,
                        VmSamples.LOCKED,
                        VmSamples.SWITCHED),
                    end.stream())
                .toArray(Event[]::new)));

    vm.runCommand(new FromMigration.SwitchOver(M1, H2, migration));

    assertThat(cancelled.all).containsExactly(M1);
  }

  private static Stream<List<Event>> endsOfAMovedGuest() {
    return Stream.of(
        List.of(VmSamples.FAILED, VmSamples.accepted(Work.DELETE), VmSamples.DELETED),
        List.of(VmSamples.accepted(Work.STOP), VmSamples.ENDED, VmSamples.STOPPED));
  }

  @Test
  void shouldCountTheAttemptsOfAStopFromTheLastRequestOn() {
    vm.initialize(VmSamples.stopping(Work.STOP));
    for (int i = 1; i < VmReality.STOP_LIMIT; i++) {
      assertThat(vm.runCommand(stopFailed()).hasNoEvents()).isTrue();
    }
    vm.runCommand(new Request.Delete(OP2, owner));

    assertThat(vm.runCommand(stopFailed()).hasNoEvents()).isTrue();
  }

  /** The order to run it may still be on its way, and would boot it behind the word "gone". */
  @Test
  void shouldNotTakeAGuestForGoneThatItsHostHasNotYetStopped() {
    vm.initialize(VmSamples.stopping(Work.STOP));
    routes.clear();

    assertThat(
            vm.runCommand(new FromHost.HostAttached(H1, "other", Optional.empty())).hasNoEvents())
        .isTrue();
    assertThat(routes.commands(Host.Command.Instruct.class))
        .extracting(Host.Command.Instruct::order)
        .hasOnlyElementsOfType(AgentOrder.StopGuest.class)
        .isNotEmpty();
  }

  /** A guest that has just been moved would be booted anew otherwise, and lose its memory. */
  @Test
  void shouldAskAgainWhileItsHostDoesNotHoldItsLease() {
    vm.initialize(VmSamples.settling());
    String order = routes.commands(Host.Command.Instruct.class).getLast().orderId();

    var refused =
        vm.runCommand(
            new Internal.OrderEnded(
                new OrderOutcome.Answered(
                    H2, order, new Outcome.Failed(FailureCode.LEASE_NOT_HELD, "not yet"))));

    assertThat(refused.hasNoEvents()).isTrue();
    routes.clear();
    vm.runCommand(new Internal.Retry());
    assertThat(routes.commands(Host.Command.Instruct.class))
        .extracting(Host.Command.Instruct::orderId)
        .containsExactly(order);
  }

  @Test
  void shouldBeLoadFromItsCreationToItsDeletion() {
    vm.initialize(new VmState.Absent());
    assertThat(existence.getLast()).isFalse();

    vm.initialize(VmSamples.stopped());
    assertThat(existence.getLast()).as("after recovery").isTrue();
    vm.runCommand(new Request.Delete(OP2, owner));

    assertThat(existence.getLast()).isFalse();
  }

  private static Command stopFailed() {
    return new Internal.OrderEnded(
        new OrderOutcome.Answered(
            H1, VM + "/stop/1", new Outcome.Failed(FailureCode.HYPERVISOR_FAILED, "no")));
  }
}
