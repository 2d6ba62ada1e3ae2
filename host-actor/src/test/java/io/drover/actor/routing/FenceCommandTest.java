package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.routing.LeasedFleet.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.Disarming;
import io.drover.actor.api.HostView.State;
import io.drover.actor.api.VmView;
import io.drover.actor.host.Host;
import io.drover.actor.host.PowerSwitch;
import io.drover.actor.lease.FenceProof;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fence command of a host that is lost, and of one that comes back. */
class FenceCommandTest {
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
  void shouldShortenTheWaitByAFenceCommand() {
    hosts.holdsLease(h1);
    fleet.power.there = true;
    loseUntilItsFenceCommandRuns();

    fleet.power.answer.complete(new PowerSwitch.Answer(true, "status: off"));

    await().until(() -> others.contains(vm().host().get()));
    assertThat(hosts.host(h1).liveness().fenced().map(FenceProof::by))
        .contains(FenceProof.By.FENCE_COMMAND);
  }

  @Test
  void shouldNotTakeTheAnswerOfAnEarlierLossForAProofOfThisOne() {
    hosts.holdsLease(h1);
    fleet.power.there = true;
    loseUntilItsFenceCommandRuns();
    hosts.comeBack(h1);
    await().until(() -> hosts.host(h1).liveness().leaseHeld());
    fleet.detach(h1, hosts.agentOf(h1)); // its witnesses hear it
    await().until(() -> hosts.host(h1).state() == State.CONTROL_PATH_BROKEN);

    fleet.power.answer.complete(new PowerSwitch.Answer(true, "status: off"));

    assertThat(hosts.host(h1).state()).isEqualTo(State.CONTROL_PATH_BROKEN);
    assertThat(has(Host.Event.HostFenced.class)).isFalse();
  }

  @Test
  void shouldStartNoFenceCommandThatIsNotInTheJournal() {
    hosts.holdsLease(h1);
    fleet.power.there = true;
    AtomicBoolean failed =
        fleet.failNext(
            Host.TYPE_KEY, h1.text(), Host.Event.FenceBegun.class); // another has written
    lose();
    await().untilTrue(failed);

    hosts.comeBack(h1);

    await().until(() -> hosts.host(h1).liveness().leaseHeld());
    hosts.pass(Duration.ofMinutes(1));
    assertThat(fleet.power.runs).hasValue(0);
    assertThat(hosts.host(h1).state()).isEqualTo(State.CONNECTED);
  }

  @Test
  void shouldRunAFenceCommandAgainOfWhichNobodyKnowsHowItEnded() {
    hosts.holdsLease(h1);
    fleet.power.there = true;
    loseUntilItsFenceCommandRuns();

    fleet.kill(Host.TYPE_KEY, h1.text());

    hosts.eventually(() -> fleet.power.runs.get() == 2);
    assertThat(
            fleet.events(Host.TYPE_KEY, h1.text()).stream()
                .filter(Host.Event.FenceBegun.class::isInstance)
                .map(e -> ((Host.Event.FenceBegun) e).number()))
        .containsExactly(1L, 2L);
    fleet.power.answer.complete(new PowerSwitch.Answer(true, "status: off"));
    hosts.eventually(() -> others.contains(vm().host().orElseThrow()));
  }

  @Test
  void shouldNotStartAFenceCommandWhoseHostIsBack() {
    hosts.holdsLease(h1);
    fleet.power.there = true;
    loseUntilItsFenceCommandRuns();
    assertThat(fleet.power.wanted.getAsBoolean()).isTrue();

    hosts.comeBack(h1);

    await().until(() -> hosts.host(h1).state() == State.CONNECTED);
    assertThat(fleet.power.wanted.getAsBoolean()).isFalse();
  }

  @Test
  void shouldNotRunAFenceCommandAgainWhileTheAreaIsDisarmed() {
    hosts.holdsLease(h1);
    fleet.power.there = true;
    loseUntilItsFenceCommandRuns();
    done(
        fleet.controlPlane.disarm(
            NORTH,
            new Disarming(Duration.ofHours(1), ArmingView.Mode.FREEZE, "new switches"),
            Optional.empty()));

    fleet.power.answer.complete(new PowerSwitch.Answer(false, "no answer"));

    hosts.eventually(() -> hosts.host(h1).state() == State.FENCED); // its lease was revoked before
    hosts.pass(Duration.ofMinutes(2));
    hosts.eventually(() -> hosts.host(h1).liveness().reason().contains("new switches"));
    assertThat(fleet.power.runs).hasValue(1);
    done(fleet.controlPlane.arm(NORTH, false, Optional.empty()));
    hosts.eventually(() -> fleet.power.runs.get() == 2);
  }

  private void lose() {
    fleet.witnesses.died.put(h1, fleet.now.get());
    fleet.detach(h1, hosts.agentOf(h1));
    hosts.pass(Duration.ofMillis(5500));
  }

  private void loseUntilItsFenceCommandRuns() {
    lose();
    await().until(() -> fleet.power.runs.get() == 1);
  }

  private boolean has(Class<?> event) {
    return fleet.events(Host.TYPE_KEY, h1.text()).stream().anyMatch(event::isInstance);
  }

  private VmView vm() {
    return hosts.vm(vm);
  }
}
