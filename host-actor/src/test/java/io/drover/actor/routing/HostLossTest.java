package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.routing.LeasedFleet.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.api.ControlPlane.Disarming;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView.State;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.host.Host;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.LeaseStatus;
import io.drover.actor.vm.Vm;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From the death of a host to its VMs elsewhere, all entities together. */
class HostLossTest {
  private final LeasedFleet hosts = new LeasedFleet();
  private final LocalFleet fleet = hosts.local;
  private final HostId h1 = hosts.attach("h1");
  private final VmId vm = hosts.runningOn(h1, SPEC);
  private final List<HostId> others =
      List.of(hosts.attach("h2"), hosts.attach("h3"), hosts.attach("h4"));

  @AfterEach
  void stop() {
    hosts.close();
  }

  @Test
  void shouldRestartTheVmsOfADeadHostElsewhereUnderAHigherEpoch() {
    hosts.holdsLease(h1);

    hosts.die(h1);

    await().until(() -> vm().host().filter(others::contains).isPresent());
    await().until(() -> vm().phase() == Phase.RUNNING);
    assertThat(vm().runEpoch()).isEqualTo(new Epoch(2));
    assertThat(hosts.agentOf(vm().host().orElseThrow()).guest(vm).state())
        .isEqualTo(GuestState.RUNNING);
    assertThat(hosts.host(h1).state()).isEqualTo(State.FENCED);
    assertThat(hosts.host(h1).liveness().fenced().map(FenceProof::by))
        .contains(FenceProof.By.LEASE);
    assertThat(hosts.host(h1).stateSince())
        .isEqualTo(hosts.host(h1).liveness().fenced().orElseThrow().at());
    await().until(() -> hosts.host(h1).claims().isEmpty());
    assertThat(hosts.host(h1).liveness().evidence()).hasSize(2);
  }

  @Test
  void shouldNotRevokeTheLeaseOfAHostThatOnlyWeDoNotReach() {
    hosts.holdsLease(h1);

    fleet.detach(h1, hosts.agentOf(h1)); // its witnesses hear it all the time

    await().until(() -> hosts.host(h1).state() == State.CONTROL_PATH_BROKEN);
    hosts.pass(Duration.ofMinutes(1));
    assertThat(hosts.host(h1).state()).isEqualTo(State.CONTROL_PATH_BROKEN);
    assertThat(fleet.witnesses.revoked).isEmpty();
    assertThat(vm().phase()).isEqualTo(Phase.UNREACHABLE);
  }

  @Test
  void shouldNotFenceWithoutAMajorityOfTheWitnesses() {
    hosts.holdsLease(h1);
    others.stream().skip(1).forEach(h -> fleet.witnesses.unreachable.add(h.text()));

    hosts.die(h1);
    hosts.pass(Duration.ofMinutes(1));

    await().until(() -> hosts.host(h1).liveness().reason().contains("bring them back, or confirm"));
    assertThat(hosts.host(h1).liveness().reason()).contains("no answer");
    assertThat(hosts.host(h1).state()).isEqualTo(State.SUSPECT);
    assertThat(vm().host()).contains(h1);
  }

  @Test
  void shouldGoOnWithTheRevocationAfterItsControllerDied() {
    hosts.holdsLease(h1);
    others.forEach(h -> fleet.witnesses.unreachable.add(h.text()));
    hosts.die(h1);
    fleet.witnesses.unreachable.clear();
    await().until(() -> has(Host.Event.LeaseRevoked.class));
    fleet.kill(Host.TYPE_KEY, h1.text());

    hosts.pass(Duration.ofSeconds(30));

    await().until(() -> vm().phase() == Phase.RUNNING && others.contains(vm().host().get()));
  }

  @Test
  void shouldGiveAHostThatComesBackANewLeaseAndNoStaleGuest() {
    hosts.holdsLease(h1);
    hosts.die(h1);
    await().until(() -> vm().phase() == Phase.RUNNING && others.contains(vm().host().get()));

    hosts.comeBack(h1); // and still has the guest

    await().until(() -> hosts.host(h1).liveness().leaseHeld());
    assertThat(hosts.host(h1).state()).isEqualTo(State.CONNECTED);
    assertThat(hosts.host(h1).liveness().lease().orElseThrow().epoch()).isEqualTo(new Epoch(2));
    await().until(() -> hosts.agentOf(h1).guests.isEmpty());
    assertThat(hosts.agentOf(h1).orders).contains(new AgentOrder.RemoveGuest(vm, new Epoch(1)));
  }

  @Test
  void shouldNotRestartAVmForAFenceThatIsOver() {
    hosts.holdsLease(h1);
    FenceProof over = new FenceProof(FenceProof.By.LEASE, "of before", Instant.EPOCH);

    fleet.tell(Vm.TYPE_KEY, vm.text(), new Vm.FromHost.HostFenced(h1, over));

    await().until(() -> others.stream().anyMatch(this::wasClaimed)); // it looks for another host
    hosts.eventually(() -> others.stream().allMatch(h -> hosts.host(h).claims().isEmpty()));
    assertThat(vm().host()).contains(h1);
    assertThat(vm().runEpoch()).isEqualTo(new Epoch(1));
  }

  private boolean wasClaimed(HostId host) {
    return fleet.events(Host.TYPE_KEY, host.text()).stream()
        .anyMatch(Host.Event.Claimed.class::isInstance);
  }

  @Test
  void shouldLetTheGuestsGoOnWhenTheirHostIsBackBeforeItIsFenced() {
    hosts.holdsLease(h1);
    fleet.witnesses.died.put(h1, fleet.now.get());
    fleet.detach(h1, hosts.agentOf(h1));
    hosts.pass(Duration.ofMillis(5500)); // the lease is about to end
    await().until(() -> has(Host.Event.LeaseRevoked.class));

    hosts.comeBack(h1);

    await().until(() -> hosts.host(h1).liveness().leaseHeld());
    hosts.pass(Duration.ofMinutes(1));
    assertThat(vm().host()).contains(h1);
    assertThat(has(Host.Event.HostFenced.class)).isFalse();
    assertThat(hosts.agentOf(h1).guest(vm).runEpoch()).isEqualTo(new Epoch(1));
  }

  @Test
  void shouldKeepAVmThatIsToBeKeptUntilItsHostIsProvenToBeOff() {
    GuestSpec kept = SPEC.with(new HostLossPolicy(OnHostLoss.KEEP, 100));
    VmId other = hosts.runningOn(h1, kept);
    hosts.holdsLease(h1);
    hosts.die(h1);
    await().until(() -> vm().phase() == Phase.RUNNING && others.contains(vm().host().get()));
    await().until(() -> hosts.vm(other).reason().contains("confirm that the host is off"));
    assertThat(hosts.vm(other).host()).contains(h1);

    done(fleet.controlPlane.confirmOff(h1, "I pulled the plug", Terms.NONE));

    await().until(() -> others.contains(hosts.vm(other).host().get()));
    assertThat(hosts.host(h1).liveness().fenced().orElseThrow().evidence())
        .isEqualTo("I pulled the plug");
  }

  @Test
  void shouldRefuseAnOperatorsWordAboutAHostThatIsConnected() {
    assertThatThrownBy(() -> done(fleet.controlPlane.confirmOff(h1, "off", Terms.NONE)))
        .hasMessageContaining("is connected");
  }

  @Test
  void shouldFenceNothingWhileTheAreaIsDisarmed() {
    hosts.holdsLease(h1);
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(2), ArmingView.Mode.FREEZE, "new switches"),
            Optional.empty()));

    hosts.die(h1);

    await().until(() -> hosts.host(h1).state() == State.FENCING_HELD);
    assertThat(hosts.host(h1).liveness().reason()).contains("disarmed", "new switches");
    hosts.pass(Duration.ofSeconds(30));
    assertThat(fleet.witnesses.revoked).isEmpty();
    assertThat(hosts.arming().armed()).isFalse();
    hosts.pass(Duration.ofMinutes(2)); // it arms itself
    hosts.eventually(() -> others.contains(vm().host().get()));
  }

  @Test
  void shouldTellEveryNodeThatAnAreaIsDisarmed() {
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(2), ArmingView.Mode.FREEZE, "new switches"),
            Optional.empty()));

    assertThat(alarmsOf(done(fleet.controlPlane.area(NORTH)).alarms())).contains("disarmed");
    await().until(() -> alarmsOf(fleet.sight.raised(NORTH)).equals(List.of("disarmed")));
    done(fleet.controlPlane.arm(NORTH, false, Optional.empty()));
    assertThat(alarmsOf(done(fleet.controlPlane.area(NORTH)).alarms())).doesNotContain("disarmed");
    await().until(() -> fleet.sight.raised(NORTH).isEmpty());
  }

  private static List<String> alarmsOf(List<Alarm> alarms) {
    return alarms.stream().map(Alarm::kind).toList();
  }

  @Test
  void shouldNotFenceWhatWasLostWhileLossesWereIgnored() {
    hosts.holdsLease(h1);
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(2), ArmingView.Mode.IGNORE, "new switches"),
            Optional.empty()));
    hosts.die(h1);
    await().until(() -> hosts.host(h1).state() == State.FENCING_HELD);
    hosts.pass(Duration.ofMinutes(3));
    hosts.eventually(() -> hosts.host(h1).liveness().reason().contains("were ignored"));
    assertThat(vm().host()).contains(h1);

    done(fleet.controlPlane.arm(NORTH, true, Optional.empty()));

    hosts.eventually(() -> others.contains(vm().host().get()));
  }

  @Test
  void shouldSayInAnswersToChangesWhetherItIsArmed() {
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(1), ArmingView.Mode.FREEZE, "test"),
            Optional.empty()));

    AreaView changed =
        done(
            fleet.controlPlane.changeArea(
                NORTH,
                new AreaChange(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(7)),
                Terms.NONE));

    assertThat(changed.arming().map(ArmingView::armed)).contains(false);
    assertThat(changed.alarms()).extracting(AreaView.Alarm::kind).contains("disarmed");
  }

  @Test
  void shouldFenceNothingWhenMuchOfTheAreaVanishesAtOnce() {
    hosts.holdsLease(h1);
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofMinutes(1), ArmingView.Mode.FREEZE, "test"),
            Optional.empty()));
    List<HostId> lost = List.of(h1, others.get(0), others.get(1));
    lost.forEach(h -> fleet.witnesses.died.put(h, fleet.now.get()));
    lost.forEach(h -> fleet.detach(h, hosts.agentOf(h)));
    await().until(() -> !hosts.arming().alarm().isEmpty());
    done(fleet.controlPlane.arm(NORTH, true, Optional.empty()));
    lost.forEach(h -> assertThat(hosts.host(h).state()).isNotEqualTo(State.CONNECTED));
    assertThat(hosts.arming().alarm()).isEmpty();
  }

  @Test
  void shouldAskForAPersonWhenItsHostsAreLostAgainAndAgain() {
    hosts.holdsLease(h1);
    for (int i = 0; i < 3; i++) {
      await().until(() -> vm().phase() == Phase.RUNNING);
      HostId host = vm().host().orElseThrow();
      hosts.holdsLease(host);
      hosts.die(host);
      HostId dead = host;
      await().until(() -> hosts.host(dead).state() == State.FENCED);
      await().until(() -> !vm().host().equals(Optional.of(dead)));
      hosts.agentOf(dead).guests.clear();
      hosts.comeBack(dead);
      await().until(() -> hosts.host(dead).state() == State.CONNECTED);
      hosts.holdsLease(dead);
    }

    await().until(() -> vm().phase() == Phase.NEEDS_OPERATOR);
    assertThat(vm().reason()).contains("2 times");
    done(fleet.controlPlane.startVm(vm, Terms.NONE));
    await().until(() -> vm().phase() == Phase.RUNNING);
  }

  @Test
  void shouldEndAStopWhoseHostIsLost() {
    hosts.holdsLease(h1);
    hosts.agentOf(h1).swallow = o -> o instanceof AgentOrder.StopGuest;
    done(fleet.controlPlane.stopVm(vm, Duration.ZERO, Terms.NONE));

    hosts.die(h1);

    await().until(() -> vm().phase() == Phase.STOPPED);
    await().until(() -> hosts.host(h1).claims().isEmpty());
  }

  @Test
  void shouldOfferALeaseAboveTheOneThatItsAgentKnows() {
    ScriptedAgent agent =
        new ScriptedAgent(fleet.network, "h5")
            .takingLeases()
            .knowing(new LeaseStatus(new Epoch(7), 9, 0, false, Duration.ZERO, 0));
    HostId h5 = fleet.attach("h5", agent);
    hosts.agents.put(h5, agent);

    hosts.holdsLease(h5);

    assertThat(hosts.host(h5).liveness().lease().orElseThrow().epoch()).isEqualTo(new Epoch(8));
  }

  @Test
  void shouldOpenALeaseAboveTheOneOfAnAgentThatKnowsMoreThanTheJournal() {
    hosts.holdsLease(h1);
    fleet.detach(h1, hosts.agentOf(h1));
    hosts.agentOf(h1).knowing(new LeaseStatus(new Epoch(7), 9, 0, false, Duration.ZERO, 0));

    hosts.comeBack(h1);

    hosts.holdsLease(h1);
    assertThat(hosts.host(h1).liveness().lease().orElseThrow().epoch()).isEqualTo(new Epoch(8));
  }

  private boolean has(Class<?> event) {
    return fleet.events(Host.TYPE_KEY, h1.text()).stream().anyMatch(event::isInstance);
  }

  private VmView vm() {
    return hosts.vm(vm);
  }
}
