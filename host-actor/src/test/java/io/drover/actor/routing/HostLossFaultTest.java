package io.drover.actor.routing;

import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.HostView;
import io.drover.actor.api.HostView.State;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.host.Host;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.PowerSwitch;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Lease;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The entity of a host that is lost dies before, or right after, each thing it remembers of it. */
class HostLossFaultTest {
  private final LeasedFleet hosts = new LeasedFleet();
  private final HostId h1 = hosts.attach("h1");
  private final VmId vm = hosts.runningOn(h1, SPEC);
  private final List<HostId> others = new ArrayList<>();

  static List<Class<? extends Event>> decisions() {
    return List.of(
        Event.LeaseOpened.class,
        Event.LeaseHeld.class,
        Event.WitnessesProposed.class,
        Event.WitnessesActivated.class,
        Event.AgentDetached.class,
        Event.RevocationBegun.class,
        Event.FenceBegun.class,
        Event.FenceFailed.class,
        Event.LeaseRevoked.class,
        Event.HostFenced.class,
        Event.ClaimReleased.class);
  }

  @BeforeEach
  void failToSwitchOff() {
    hosts.local.power.there = true;
    hosts.local.power.answer.complete(new PowerSwitch.Answer(false, "no answer"));
  }

  @AfterEach
  void stop() {
    hosts.close();
  }

  @ParameterizedTest
  @MethodSource("decisions")
  void shouldRestartItsVmOnceWhenTheFirstWriteFails(Class<? extends Event> decision) {
    AtomicBoolean failed = hosts.local.failNext(Host.TYPE_KEY, h1.text(), decision);

    loseTheHost(() -> {});

    assertThat(failed).isTrue();
    assertRestartedOnce();
  }

  @ParameterizedTest
  @MethodSource("decisions")
  void shouldRestartItsVmOnceWhenItsControllerDiesRightAfter(Class<? extends Event> decision) {
    boolean[] died = {false};

    loseTheHost(() -> {
      if (!died[0] && events().anyMatch(decision::isInstance)) {
        died[0] = true;
        hosts.local.kill(Host.TYPE_KEY, h1.text());
      }
    });

    assertThat(died[0]).isTrue();
    assertRestartedOnce();
  }

  /**
   * It gets a lease, then more witnesses, and dies. Its gateway tells again whatever the entity may
   * have missed.
   *
   * @param meanwhile again and again
   */
  private void loseTheHost(Runnable meanwhile) {
    attachOthers("h2", "h3", "h4");
    holdLease(3, meanwhile);
    attachOthers("h5", "h6");
    holdLease(5, meanwhile);
    hosts.local.witnesses.died.put(h1, hosts.local.now.get());
    hosts.eventually(() -> {
      meanwhile.run();
      hosts.pass(Duration.ofMillis(400)); // what begins anew waits for the whole lease
      hosts.local.detach(h1, hosts.agentOf(h1));
      return vm().phase() == Phase.RUNNING
          && vm().host().filter(others::contains).isPresent()
          && hosts.host(h1).claims().isEmpty();
    });
    meanwhile.run();
  }

  private void attachOthers(String... names) {
    Stream.of(names).map(hosts::attach).forEach(others::add);
  }

  private void holdLease(int witnesses, Runnable meanwhile) {
    hosts.eventually(() -> {
      meanwhile.run();
      if (hosts.host(h1).state() != State.CONNECTED) {
        hosts.comeBack(h1);
      }
      HostView.Liveness liveness = hosts.host(h1).liveness();
      return liveness.leaseHeld()
          && liveness.lease().filter(l -> isHeldBy(l, witnesses)).isPresent();
    });
  }

  private static boolean isHeldBy(Lease lease, int witnesses) {
    return lease.standing() == Lease.Standing.HELD
        && lease.pending().isEmpty()
        && lease.active().witnesses().size() == witnesses;
  }

  private void assertRestartedOnce() {
    hosts.eventually(() -> hosts.host(h1).state() == State.FENCED);
    assertThat(vm().runEpoch().value()).isEqualTo(2);
    assertThat(proofs().distinct()).hasSize(1); // it is journaled again when it is upheld
    assertThat(events().filter(Event.LeaseRevoked.class::isInstance)).hasSize(1);
    assertThat(others.stream().filter(h -> hosts.agentOf(h).guests.containsKey(vm))).hasSize(1);
    assertThat(others.stream().flatMap(h -> hosts.host(h).claims().stream())).hasSize(1);
  }

  private Stream<FenceProof> proofs() {
    return events()
        .filter(Event.HostFenced.class::isInstance)
        .map(e -> ((Event.HostFenced) e).proof());
  }

  private Stream<Object> events() {
    return hosts.local.events(Host.TYPE_KEY, h1.text()).stream();
  }

  private VmView vm() {
    return hosts.vm(vm);
  }
}
