package io.drover.actor.lease;

import static io.drover.actor.Samples.lossLimits;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.lease.HostLoss.Input;
import io.drover.actor.lease.HostLoss.Wish;
import io.drover.actor.lease.Lease.Standing;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FenceLadderTest extends SilentHost {
  @Test
  void shouldShortenTheWaitWhenACommandSeesThePowerOff() {
    ways = 1;
    revoke();
    assertThat(wishes).contains(new Wish.SwitchOff(0));

    step(new Input.FenceEnded(at(104.2), true, "status says off"));

    assertThat(wishes)
        .last()
        .isEqualTo(new Wish.StoreFenced(FenceProof.By.FENCE_COMMAND, "status says off"));
  }

  @Test
  void shouldFenceByLeaseWhenTheCommandFails() {
    ways = 1;
    revoke();
    step(new Input.FenceEnded(at(104.2), false, "no answer from the BMC"));
    assertThat(wishes).contains(new Wish.StoreFenceFailed("no answer from the BMC"));
    say(104.3, "w1", 5, true);
    say(104.3, "w2", 5, true);

    step(new Input.Tick(at(106.6)));

    assertThat(loss.state()).isEqualTo(new LossState.Fenced(FenceProof.By.LEASE));
  }

  @Test
  void shouldNotRunAFailedCommandForEver() {
    ways = 1;
    lease = Optional.empty();
    for (int second = 101; second < 3000; second++) {
      step(new Input.Tick(at(second)));
      if (wishes.removeIf(Wish.AskLeave.class::isInstance)) {
        step(new Input.LeaveGiven(at(second)));
      }
      if (loss.fence().isRunning()) {
        step(new Input.FenceEnded(at(second), false, "no"));
      }
    }

    assertThat(wishes.stream().filter(Wish.SwitchOff.class::isInstance))
        .hasSize(lossLimits().powerRuns());
  }

  @Test
  void shouldNotSwitchOffAHostWithoutALeaseAtTheFirstSilence() {
    ways = 1;
    lease = Optional.empty();

    pass(119);
    assertThat(wishes).isEmpty();
    pass(120);

    assertThat(wishes).containsExactly(new Wish.AskLeave());
  }

  @Test
  void shouldAskForLeaveBeforeTheCommandIsRunAgain() {
    ways = 1;
    revoke();
    step(new Input.FenceEnded(at(104.2), false, "no answer from the BMC"));
    wishes.clear();

    step(new Input.Tick(at(170)));

    assertThat(wishes).contains(new Wish.AskLeave());
    assertThat(wishes).noneMatch(Wish.SwitchOff.class::isInstance);
  }

  @Test
  void shouldStoreThatACommandBeginsBeforeItIsStarted() {
    ways = 1;
    revoke();

    assertThat(wishes).endsWith(new Wish.StoreFenceBegun(), new Wish.SwitchOff(0));
  }

  @Test
  void shouldTryOneWayAfterTheOtherAndAllOfThemAgainAfterAWhile() {
    ways = 2;
    revoke();
    step(new Input.FenceEnded(at(105), false, "no answer from the BMC"));
    runAgain(106);
    step(new Input.FenceEnded(at(107), false, "no answer from the switch"));
    wishes.clear();
    step(new Input.Tick(at(166)));
    assertThat(wishes).doesNotContain(new Wish.AskLeave());
    runAgain(167);

    assertThat(wishes).endsWith(new Wish.SwitchOff(0));
  }

  private void runAgain(double seconds) {
    step(new Input.Tick(at(seconds)));
    assertThat(wishes).contains(new Wish.AskLeave());
    step(new Input.LeaveGiven(at(seconds)));
    assertThat(wishes).last().isInstanceOf(Wish.SwitchOff.class);
  }

  @Test
  void shouldNotRunTheCommandAgainWithoutLeave() {
    ways = 1;
    revoke();
    step(new Input.FenceEnded(at(104.2), false, "no answer from the BMC"));
    wishes.clear();

    step(new Input.Tick(at(170)));
    step(new Input.LeaveRefused(at(170.1), "disarmed"));
    step(new Input.Tick(at(170.5)));
    step(new Input.Tick(at(171)));

    assertThat(wishes.stream().filter(Wish.AskLeave.class::isInstance)).hasSize(2);
    assertThat(wishes).noneMatch(Wish.SwitchOff.class::isInstance);
    assertThat(loss.reason(lease, at(171))).contains("disarmed");
  }

  @Test
  void shouldRunACommandAgainAtOnceOfWhichTheDeciderBeforeKnewNoEnd() {
    ways = 1;
    lease = Optional.empty();
    loss = Loss.begin(lease, Optional.empty(), true, lossLimits(), at(7));

    step(new Input.Tick(at(7)));
    step(new Input.LeaveGiven(at(7.1)));

    assertThat(wishes)
        .containsExactly(new Wish.AskLeave(), new Wish.StoreFenceBegun(), new Wish.SwitchOff(0));
  }

  @Test
  void shouldWithdrawTheCommandWhenItsWitnessesHeardTheHostAfterAll() {
    ways = 1;
    revoke();

    say(104.1, "w1", 0.05, true);
    say(104.1, "w2", 0.05, true);
    step(new Input.FenceEnded(at(104.2), false, "it was not started"));
    wishes.clear();
    step(new Input.Tick(at(170)));

    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
    assertThat(loss.state()).isEqualTo(new LossState.Fenced(FenceProof.By.LEASE));
  }

  @Test
  void shouldWithdrawTheCommandOfAHostWithoutALeaseThatCountsWhenAMajorityHearsIt() {
    ways = 1;
    lease = lease.map(l -> l.now(Standing.OFFERED));
    pass(120);
    step(new Input.LeaveGiven(at(120)));
    assertThat(wishes).last().isEqualTo(new Wish.SwitchOff(0));

    say(120.5, "w1", 0.1, false);
    say(120.5, "w2", 0.1, false);

    assertThat(wishes).last().isEqualTo(new Wish.Withdraw());
    assertThat(loss.state()).isInstanceOf(LossState.PathBroken.class);
  }

  @Test
  void shouldNeedAsMuchSilenceAsEverAfterAMajorityHeardTheHost() {
    ways = 1;
    lease = lease.map(l -> l.now(Standing.OFFERED));
    pass(115);
    say(115, "w1", 0.1, false);
    say(115, "w2", 0.1, false);

    pass(135);
    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
    pass(136);
    assertThat(wishes).contains(new Wish.AskLeave());
  }
}
