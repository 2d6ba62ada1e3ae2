package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.Disarming;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView;
import io.drover.actor.api.HostView.State;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.host.Host;
import io.drover.actor.host.PowerSwitch;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Lease.Standing;
import io.drover.actor.lease.LeaseStatus;
import io.drover.actor.vm.Vm;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From the death of a host to its VMs elsewhere, all entities together. */
class HostLossTest {
  /** Below the time after which a session without a heartbeat is over. */
  private static final Duration STEP = Duration.ofSeconds(2);

  private final LocalFleet fleet = new LocalFleet();
  private final Map<HostId, ScriptedAgent> agents = new HashMap<>();
  private final HostId h1 = attach("h1");
  private final VmId vm = running(SPEC);
  private final List<HostId> others = List.of(attach("h2"), attach("h3"), attach("h4"));

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void shouldRestartTheVmsOfADeadHostElsewhereUnderAHigherEpoch() {
    holdsLease(h1);

    die(h1);

    await().until(() -> vm().host().filter(others::contains).isPresent());
    await().until(() -> vm().phase() == Phase.RUNNING);
    assertThat(vm().runEpoch()).isEqualTo(new Epoch(2));
    assertThat(agentOf(vm().host().orElseThrow()).guest(vm).state()).isEqualTo(GuestState.RUNNING);
    assertThat(host(h1).state()).isEqualTo(State.FENCED);
    assertThat(host(h1).liveness().fenced().map(FenceProof::by)).contains(FenceProof.By.LEASE);
    await().until(() -> host(h1).claims().isEmpty());
    assertThat(host(h1).liveness().evidence()).hasSize(2);
  }

  @Test
  void shouldNotRevokeTheLeaseOfAHostThatOnlyWeDoNotReach() {
    holdsLease(h1);

    fleet.detach(h1, agentOf(h1)); // its witnesses hear it all the time

    await().until(() -> host(h1).state() == State.CONTROL_PATH_BROKEN);
    pass(Duration.ofMinutes(1));
    assertThat(host(h1).state()).isEqualTo(State.CONTROL_PATH_BROKEN);
    assertThat(fleet.witnesses.revoked).isEmpty();
    assertThat(vm().phase()).isEqualTo(Phase.UNREACHABLE);
  }

  @Test
  void shouldNotFenceWithoutAMajorityOfTheWitnesses() {
    holdsLease(h1);
    others.stream().skip(1).forEach(h -> fleet.witnesses.unreachable.add(h.text()));

    die(h1);
    pass(Duration.ofMinutes(1));

    await().until(() -> host(h1).liveness().reason().contains("no answer"));
    assertThat(host(h1).state()).isEqualTo(State.SUSPECT);
    assertThat(vm().host()).contains(h1);
  }

  @Test
  void shouldGoOnWithTheRevocationAfterItsControllerDied() {
    holdsLease(h1);
    others.forEach(h -> fleet.witnesses.unreachable.add(h.text()));
    die(h1);
    fleet.witnesses.unreachable.clear();
    await().until(() -> has(Host.Event.LeaseRevoked.class));
    fleet.kill(Host.TYPE_KEY, h1.text());

    pass(Duration.ofSeconds(30));

    await().until(() -> vm().phase() == Phase.RUNNING && others.contains(vm().host().get()));
  }

  @Test
  void shouldGiveAHostThatComesBackANewLeaseAndNoStaleGuest() {
    holdsLease(h1);
    die(h1);
    await().until(() -> vm().phase() == Phase.RUNNING && others.contains(vm().host().get()));

    comeBack(h1); // and still has the guest

    await().until(() -> host(h1).liveness().leaseHeld());
    assertThat(host(h1).state()).isEqualTo(State.CONNECTED);
    assertThat(host(h1).liveness().lease().orElseThrow().epoch()).isEqualTo(new Epoch(2));
    await().until(() -> agentOf(h1).guests.isEmpty());
    assertThat(agentOf(h1).orders).contains(new AgentOrder.RemoveGuest(vm, new Epoch(1)));
  }

  @Test
  void shouldNotRestartAVmForAFenceThatIsOver() {
    holdsLease(h1);
    FenceProof over = new FenceProof(FenceProof.By.LEASE, "of before", Instant.EPOCH);

    fleet.tell(Vm.TYPE_KEY, vm.text(), new Vm.FromHost.HostFenced(h1, over));

    await().until(() -> others.stream().anyMatch(this::wasClaimed)); // it looks for another host
    eventually(() -> others.stream().allMatch(h -> host(h).claims().isEmpty()));
    assertThat(vm().host()).contains(h1);
    assertThat(vm().runEpoch()).isEqualTo(new Epoch(1));
  }

  private boolean wasClaimed(HostId host) {
    return fleet.events(Host.TYPE_KEY, host.text()).stream()
        .anyMatch(Host.Event.Claimed.class::isInstance);
  }

  @Test
  void shouldLetTheGuestsGoOnWhenTheirHostIsBackBeforeItIsFenced() {
    holdsLease(h1);
    fleet.witnesses.died.put(h1, fleet.now.get());
    fleet.detach(h1, agentOf(h1));
    pass(Duration.ofMillis(5500)); // the lease is about to end
    await().until(() -> has(Host.Event.LeaseRevoked.class));

    comeBack(h1);

    await().until(() -> host(h1).liveness().leaseHeld());
    pass(Duration.ofMinutes(1));
    assertThat(vm().host()).contains(h1);
    assertThat(has(Host.Event.HostFenced.class)).isFalse();
    assertThat(agentOf(h1).guest(vm).runEpoch()).isEqualTo(new Epoch(1));
  }

  @Test
  void shouldKeepAVmThatIsToBeKeptUntilItsHostIsProvenToBeOff() {
    GuestSpec kept = SPEC.with(new HostLossPolicy(OnHostLoss.KEEP, 100));
    VmId other = runningOn(h1, kept);
    holdsLease(h1);
    die(h1);
    await().until(() -> vm().phase() == Phase.RUNNING && others.contains(vm().host().get()));
    await().until(() -> vm(other).reason().contains("confirm that the host is off"));
    assertThat(vm(other).host()).contains(h1);

    done(fleet.controlPlane.confirmOff(h1, "I pulled the plug", Terms.NONE));

    await().until(() -> others.contains(vm(other).host().get()));
    assertThat(host(h1).liveness().fenced().orElseThrow().evidence())
        .isEqualTo("I pulled the plug");
  }

  @Test
  void shouldRefuseAnOperatorsWordAboutAHostThatIsConnected() {
    assertThatThrownBy(() -> done(fleet.controlPlane.confirmOff(h1, "off", Terms.NONE)))
        .hasMessageContaining("is connected");
  }

  @Test
  void shouldShortenTheWaitByAFenceCommand() {
    holdsLease(h1);
    fleet.power.there = true;
    fleet.witnesses.died.put(h1, fleet.now.get());
    fleet.detach(h1, agentOf(h1));
    pass(Duration.ofMillis(5500));
    await().until(() -> fleet.power.runs.get() == 1);

    fleet.power.answer.complete(new PowerSwitch.Answer(true, "status: off"));

    await().until(() -> others.contains(vm().host().get()));
    assertThat(host(h1).liveness().fenced().map(FenceProof::by))
        .contains(FenceProof.By.FENCE_COMMAND);
  }

  @Test
  void shouldFenceNothingWhileTheAreaIsDisarmed() {
    holdsLease(h1);
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(2), ArmingView.Mode.FREEZE, "new switches"),
            Optional.empty()));

    die(h1);

    await().until(() -> host(h1).state() == State.FENCING_HELD);
    assertThat(host(h1).liveness().reason()).contains("disarmed", "new switches");
    pass(Duration.ofSeconds(30));
    assertThat(fleet.witnesses.revoked).isEmpty();
    assertThat(arming().armed()).isFalse();
    pass(Duration.ofMinutes(2)); // it arms itself
    eventually(() -> others.contains(vm().host().get()));
  }

  @Test
  void shouldNotFenceWhatWasLostWhileLossesWereIgnored() {
    holdsLease(h1);
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(2), ArmingView.Mode.IGNORE, "new switches"),
            Optional.empty()));
    die(h1);
    await().until(() -> host(h1).state() == State.FENCING_HELD);
    pass(Duration.ofMinutes(3));
    eventually(() -> host(h1).liveness().reason().contains("were ignored"));
    assertThat(vm().host()).contains(h1);

    done(fleet.controlPlane.arm(NORTH, true, Optional.empty()));

    eventually(() -> others.contains(vm().host().get()));
  }

  @Test
  void shouldFenceNothingWhenMuchOfTheAreaVanishesAtOnce() {
    holdsLease(h1);
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(1), ArmingView.Mode.FREEZE, "test"),
            Optional.empty()));
    List<HostId> lost = List.of(h1, others.get(0), others.get(1));
    lost.forEach(h -> fleet.witnesses.died.put(h, fleet.now.get()));
    lost.forEach(h -> fleet.detach(h, agentOf(h)));
    await().until(() -> !arming().alarm().isEmpty());
    done(fleet.controlPlane.arm(NORTH, true, Optional.empty()));
    lost.forEach(h -> assertThat(host(h).state()).isNotEqualTo(State.CONNECTED));
    assertThat(arming().alarm()).isEmpty();
  }

  @Test
  void shouldAskForAPersonWhenItsHostsAreLostAgainAndAgain() {
    holdsLease(h1);
    for (int i = 0; i < 3; i++) {
      await().until(() -> vm().phase() == Phase.RUNNING);
      HostId host = vm().host().orElseThrow();
      holdsLease(host);
      die(host);
      HostId dead = host;
      await().until(() -> host(dead).state() == State.FENCED);
      await().until(() -> !vm().host().equals(Optional.of(dead)));
      agentOf(dead).guests.clear();
      comeBack(dead);
      await().until(() -> host(dead).state() == State.CONNECTED);
      holdsLease(dead);
    }

    await().until(() -> vm().phase() == Phase.NEEDS_OPERATOR);
    assertThat(vm().reason()).contains("2 times");
    done(fleet.controlPlane.startVm(vm, Terms.NONE));
    await().until(() -> vm().phase() == Phase.RUNNING);
  }

  @Test
  void shouldEndAStopWhoseHostIsLost() {
    holdsLease(h1);
    agentOf(h1).swallow = o -> o instanceof AgentOrder.StopGuest;
    done(fleet.controlPlane.stopVm(vm, Duration.ZERO, Terms.NONE));

    die(h1);

    await().until(() -> vm().phase() == Phase.STOPPED);
    await().until(() -> host(h1).claims().isEmpty());
  }

  @Test
  void shouldOfferALeaseAboveTheOneThatItsAgentKnows() {
    ScriptedAgent agent =
        new ScriptedAgent(fleet.network, "h5")
            .takingLeases()
            .knowing(new LeaseStatus(new Epoch(7), 9, 0, false, Duration.ZERO));
    HostId h5 = fleet.attach("h5", agent);
    agents.put(h5, agent);

    holdsLease(h5);

    assertThat(host(h5).liveness().lease().orElseThrow().epoch()).isEqualTo(new Epoch(8));
  }

  @Test
  void shouldOpenALeaseAboveTheOneOfAnAgentThatKnowsMoreThanTheJournal() {
    holdsLease(h1);
    fleet.detach(h1, agentOf(h1));
    agentOf(h1).knowing(new LeaseStatus(new Epoch(7), 9, 0, false, Duration.ZERO));

    comeBack(h1);

    holdsLease(h1);
    assertThat(host(h1).liveness().lease().orElseThrow().epoch()).isEqualTo(new Epoch(8));
  }

  private ArmingView arming() {
    return done(fleet.controlPlane.area(NORTH)).arming().orElseThrow();
  }

  private HostId attach(String name) {
    ScriptedAgent agent = new ScriptedAgent(fleet.network, name).takingLeases();
    HostId host = fleet.attach(name, agent);
    agents.put(host, agent);
    return host;
  }

  private ScriptedAgent agentOf(HostId host) {
    return Optional.ofNullable(agents.get(host)).orElseThrow();
  }

  private void holdsLease(HostId host) {
    await()
        .until(() -> {
          pass(Duration.ofMillis(1100));
          return host(host).liveness().leaseHeld()
              && host(host).liveness().lease().orElseThrow().standing() == Standing.HELD;
        });
  }

  /** It says nothing any more, to nobody; then time passes. */
  private void die(HostId host) {
    fleet.witnesses.died.put(host, fleet.now.get());
    fleet.detach(host, agentOf(host));
    await().until(() -> host(host).state() != State.CONNECTED);
    pass(Duration.ofSeconds(5));
    pass(Duration.ofSeconds(5));
  }

  /** While time goes on. */
  private void eventually(Callable<Boolean> condition) {
    await()
        .until(() -> {
          pass(Duration.ofMillis(200));
          return condition.call();
        });
  }

  private void comeBack(HostId host) {
    fleet.witnesses.died.remove(host);
    fleet.connect(host, agentOf(host), agentOf(host).hello());
  }

  /** Everybody who is there says so, and is heard before more time passes. */
  private void pass(Duration time) {
    Duration left = time;
    while (left.isPositive()) {
      Duration step = left.compareTo(STEP) > 0 ? STEP : left;
      left = left.minus(step);
      fleet.now.updateAndGet(t -> t.plus(step));
      agents.values().forEach(a -> a.say(a.beat()));
      agents.keySet().forEach(this::host);
    }
  }

  private boolean has(Class<?> event) {
    return fleet.events(Host.TYPE_KEY, h1.text()).stream().anyMatch(event::isInstance);
  }

  private VmId running(GuestSpec spec) {
    return runningOn(h1, spec);
  }

  private VmId runningOn(HostId host, GuestSpec spec) {
    VmId id =
        done(fleet.controlPlane.createVm(
                new NewVm(NORTH, "web", spec, Optional.of(host)), Optional.empty()))
            .id();
    await().until(() -> vm(id).phase() == Phase.RUNNING);
    return id;
  }

  private VmView vm() {
    return vm(vm);
  }

  private VmView vm(VmId id) {
    return done(fleet.controlPlane.vm(id));
  }

  private HostView host(HostId host) {
    return done(fleet.controlPlane.host(host));
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }
}
