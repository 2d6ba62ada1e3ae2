package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drover.actor.Ids;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.host.Host;
import io.drover.actor.vm.Vm;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is left when a write fails, an answer is lost, or something old comes back. */
class EntityFaultTest {
  private final LocalFleet fleet = new LocalFleet();
  private final ScriptedAgent first = new ScriptedAgent(fleet.network, "h1");
  private final ScriptedAgent second = new ScriptedAgent(fleet.network, "h2");
  private final HostId h1 = fleet.attach("h1", first);
  private final VmId vm = running();
  private final HostId h2 = fleet.attach("h2", second);
  private final MigrationId migration = new MigrationId(vm.cell(), "01k00000000000000000000002");

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void shouldKeepTheSourcesGrantWhenTheSwitchoverIsNotInTheJournal() {
    lock();
    fleet.journal.failNextPersisted(vmJournal());

    assertThatThrownBy(() -> askVm(r -> new FromMigration.SwitchOver(migration, h2, r), 1))
        .hasMessageContaining("no answer");

    await().until(() -> grantOf().equals("h1 under 1"));
    assertThat(second.orders).isEmpty();
    assertThat(switchOver())
        .isEqualTo(new MigrationReply.SwitchedOver(migration, h2, new Epoch(2)));
    assertThat(grantOf()).isEqualTo("h2 under 2");
  }

  @Test
  void shouldGiveTheSameAnswerWhenTheFirstWasLost() {
    lock();
    MigrationReply answer = switchOver();
    fleet.kill(Vm.TYPE_KEY, vm.text());

    assertThat(switchOver()).isEqualTo(answer);

    assertThat(events(Vm.Event.SwitchedOver.class)).hasSize(1);
    assertThat(ask(r -> new FromMigration.AbandonMigration(migration, r)))
        .isEqualTo(new MigrationReply.AlreadySwitchedOver(migration, h2, new Epoch(2)));
  }

  @Test
  void shouldNeverSwitchOverAnAbandonedMigration() {
    lock();
    assertThat(ask(r -> new FromMigration.AbandonMigration(migration, r)))
        .isEqualTo(new MigrationReply.Abandoned(migration, h1, new Epoch(1)));
    fleet.kill(Vm.TYPE_KEY, vm.text());

    assertThat(switchOver()).isInstanceOf(MigrationReply.Refused.class);
    assertThat(ask(r -> new FromMigration.EndMigration(migration, "rolled back", r)))
        .isEqualTo(new MigrationReply.Ended(migration));
    assertThat(ask(r -> new FromMigration.BeginMigration(migration, Optional.empty(), r)))
        .isInstanceOf(MigrationReply.Refused.class);

    assertThat(grantOf()).isEqualTo("h1 under 1");
  }

  @Test
  void shouldOrderTheTargetToActivateAfterItsControllerDiedRightAfterTheSwitchover() {
    lock();
    second.guests.put(vm, guest(vm, 1, GuestState.INCOMING));
    second.swallow = o -> o instanceof AgentOrder.RunGuest;
    switchOver();
    fleet.kill(Vm.TYPE_KEY, vm.text());
    fleet.kill(Host.TYPE_KEY, h2.text());
    second.swallow = _ -> false;

    fleet.connect(h2, second, second.hello());

    await().until(() -> second.guest(vm).state() == GuestState.RUNNING);
    assertThat(second.orders.stream().filter(AgentOrder.RunGuest.class::isInstance))
        .first()
        .isEqualTo(
            new AgentOrder.RunGuest(
                vm, new Epoch(2), SPEC, new AgentOrder.RunMode.Activate(migration)));
  }

  @Test
  void shouldCreateOneVmWhenTheFirstWriteFails() {
    NewVm request = new NewVm(NORTH, "again", SPEC, Optional.empty());
    VmId planned = plannedId(request);
    fleet.journal.failNextPersisted("vm|" + planned);

    await()
        .ignoreExceptions() // the outcome of an unanswered request is unknown: the caller repeats
        // it
        .until(() ->
            fleet
                .controlPlane
                .createVm(request, Optional.of("key"))
                .toCompletableFuture()
                .get(1, TimeUnit.SECONDS)
                .id()
                .equals(planned));
    fleet.kill(Host.TYPE_KEY, h1.text());
    fleet.kill(Host.TYPE_KEY, h2.text());
    fleet.connect(h1, first, first.hello());
    fleet.connect(h2, second, second.hello());
    await()
        .untilAsserted(
            () -> assertThat(all(claimsOf(h1), claimsOf(h2))).containsOnlyOnce(planned.text()));
  }

  @Test
  void shouldPauseAGuestThatNobodyGranted() {
    VmId stranger = new VmId(vm.cell(), "01k0000000000000000000000z");

    first.say(new AgentReport.GuestChanged(guest(stranger, 1, GuestState.RUNNING)));

    await().until(() -> first.orders.contains(new AgentOrder.PauseGuest(stranger, new Epoch(1))));
  }

  @Test
  void shouldRemoveAGuestWhoseGrantIsElsewhereByNow() {
    lock();
    switchOver();
    await().until(() -> second.guests.containsKey(vm));
    ask(r -> new FromMigration.EndMigration(migration, "completed", r));

    fleet.detach(h1, first);
    fleet.connect(h1, first, first.hello()); // still has the guest of epoch 1

    await().until(() -> first.orders.contains(new AgentOrder.RemoveGuest(vm, new Epoch(1))));
    await().until(() -> first.guests.isEmpty());
    assertThat(second.guest(vm).state()).isEqualTo(GuestState.RUNNING);
  }

  @Test
  void shouldBootAnotherGuestWhenTheHostCannotRunIt() {
    done(fleet.controlPlane.cordon(h2, Terms.NONE));
    first.fail =
        o -> o instanceof AgentOrder.RunGuest r && r.runEpoch().value() < 3 && !r.vm().equals(vm);

    VmId other =
        done(fleet.controlPlane.createVm(
                new NewVm(NORTH, "other", SPEC, Optional.empty()), Optional.empty()))
            .id();

    await().until(() -> done(fleet.controlPlane.vm(other)).phase() == Phase.RUNNING);
    assertThat(first.guest(other).runEpoch()).isEqualTo(new Epoch(3));
  }

  @Test
  void shouldFailTheOperationWhenAGuestCannotBeStopped() {
    first.fail = o -> o instanceof AgentOrder.StopGuest;
    OperationView stop = done(fleet.controlPlane.stopVm(vm, Duration.ZERO, Terms.NONE));

    await().until(() -> operation(stop).status() == OperationView.Status.FAILED);

    assertThat(operation(stop).reason()).contains("HYPERVISOR_FAILED");
    assertThat(done(fleet.controlPlane.vm(vm)).phase()).isEqualTo(Phase.STOPPING);
    first.fail = _ -> false;
    OperationView again = done(fleet.controlPlane.stopVm(vm, Duration.ZERO, Terms.NONE));
    await().until(() -> operation(again).status() == OperationView.Status.SUCCEEDED);
  }

  @Test
  void shouldTakeControlAnewWhenAnAgentHasSeenAHigherEpoch() {
    Epoch before = done(fleet.controlPlane.host(h1)).controlEpoch();
    fleet.tell(
        Host.TYPE_KEY,
        h1.text(),
        new Host.Command.AgentSaid(
            first.sessionId(),
            new AgentReport.OrderResult(
                "any", new Outcome.Failed(FailureCode.STALE_CONTROL_EPOCH, "7 was seen"))));
    await().until(() -> first.said.stream().anyMatch(AgentSession.Refused.class::isInstance));
    AgentReport.Hello hello = first.hello();

    fleet.connect(h1, first, withEpoch(hello, 7));

    await()
        .untilAsserted(() ->
            assertThat(done(fleet.controlPlane.host(h1)).controlEpoch()).isEqualTo(new Epoch(8)));
    assertThat(before).isEqualTo(new Epoch(1));
  }

  @Test
  void shouldIgnoreWhatAnOldSessionSays() {
    String old = first.sessionId();
    fleet.connect(h1, first, first.hello());
    fleet.tell(Host.TYPE_KEY, h1.text(), new Host.Command.DetachAgent(old));

    fleet.tell(
        Host.TYPE_KEY,
        h1.text(),
        new Host.Command.AgentSaid(
            old,
            new AgentReport.Heartbeat(1, 0, SPEC.resources().memory(), 99, 1, Optional.empty())));

    assertThat(done(fleet.controlPlane.host(h1)).staleOrdersRefused()).isZero();
    assertThat(done(fleet.controlPlane.vm(vm)).phase()).isEqualTo(Phase.RUNNING);
  }

  @Test
  void shouldEndASessionThatFallsSilent() {
    // In small steps: after a leap the host would think that it had been away itself.
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> {
          fleet.now.updateAndGet(t -> t.plusMillis(100));
          return first.said.stream().anyMatch(AgentSession.Refused.class::isInstance);
        });
    await().until(() -> done(fleet.controlPlane.vm(vm)).phase() == Phase.UNREACHABLE);
  }

  private static AgentReport.Hello withEpoch(AgentReport.Hello h, long epoch) {
    return new AgentReport.Hello(
        h.area(),
        h.hostName(),
        h.incarnation(),
        h.agentVersion(),
        h.capacity(),
        h.hypervisors(),
        h.images(),
        h.transferEndpoint(),
        h.guests(),
        new Epoch(epoch),
        0,
        h.labels(),
        h.stateId(),
        h.stateLost(),
        h.witnessEndpoint(),
        h.lease());
  }

  private GuestStatus guest(VmId of, long epoch, GuestState state) {
    return new GuestStatus(
        of, new Epoch(epoch), state, "", "embedded", Optional.of(migration), Map.of(), NOW);
  }

  private static List<String> all(List<String> a, List<String> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }

  private VmId plannedId(NewVm request) {
    String tail = Ids.derived(String.join("\n", "vm", request.area().name(), "key"));
    return new VmId(CellId.ofName(request.area(), tail, 8), tail);
  }

  private VmId running() {
    VmId id =
        done(fleet.controlPlane.createVm(
                new NewVm(NORTH, "web", SPEC, Optional.empty()), Optional.empty()))
            .id();
    await().until(() -> done(fleet.controlPlane.vm(id)).phase() == Phase.RUNNING);
    return id;
  }

  private void lock() {
    assertThat(ask(r -> new FromMigration.BeginMigration(migration, Optional.empty(), r)))
        .isEqualTo(new MigrationReply.MigrationBegun(migration, h1, new Epoch(1), SPEC));
    assertThat(ask(r -> new FromMigration.LockForMigration(migration, r)))
        .isEqualTo(new MigrationReply.Locked(migration));
  }

  private MigrationReply switchOver() {
    return ask(r -> new FromMigration.SwitchOver(migration, h2, r));
  }

  private MigrationReply ask(Function<ActorRef<MigrationReply>, Vm.Command> command) {
    return askVm(command, 8);
  }

  private MigrationReply askVm(
      Function<ActorRef<MigrationReply>, Vm.Command> command, int seconds) {
    var probe = fleet.kit.createTestProbe(MigrationReply.class);
    fleet.tell(Vm.TYPE_KEY, vm.text(), command.apply(probe.ref()));
    try {
      return probe.receiveMessage(Duration.ofSeconds(seconds));
    } catch (AssertionError e) {
      throw new AssertionError("no answer", e);
    }
  }

  private String grantOf() {
    VmView view = done(fleet.controlPlane.vm(vm));
    return view.host().map(HostId::tail).orElse("none") + " under " + view.runEpoch();
  }

  private <T> List<T> events(Class<T> type) {
    return fleet.events(Vm.TYPE_KEY, vm.text()).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private String vmJournal() {
    return "vm|" + vm;
  }

  private OperationView operation(OperationView o) {
    return done(fleet.controlPlane.operation(OperationId.parse(o.id())));
  }

  private List<String> claimsOf(HostId host) {
    return done(fleet.controlPlane.host(host)).claims().stream().map(c -> c.owner()).toList();
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }
}
