package io.drover.actor.lease;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.E2;
import static io.drover.actor.Samples.lossLimits;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.lease.HostLoss.Input;
import io.drover.actor.lease.HostLoss.Wish;
import io.drover.actor.lease.Lease.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostLossTest extends SilentHost {
  @Test
  void shouldOnlyLookAtFirst() {
    step(new Input.Tick(at(101)));

    assertThat(wishes).containsExactly(new Wish.Look(lease.orElseThrow().witnesses()));
    assertThat(loss.state()).isInstanceOf(LossState.Suspect.class);
  }

  @Test
  void shouldRevokeNothingWhileAMajorityHearsTheHost() {
    step(new Input.Tick(at(101)));

    say(101.1, "w1", 0.5, false);
    say(101.1, "w2", 1.0, false);
    say(101.1, "w3", 60, false);

    assertThat(loss.state()).isInstanceOf(LossState.PathBroken.class);
    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
  }

  @Test
  void shouldWaitUntilTheLeaseIsAboutToEndBeforeItAsksForLeave() {
    step(new Input.Tick(at(101)));
    say(101.1, "w1", 3.1, false);
    say(101.1, "w2", 3.1, false);
    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);

    step(new Input.Tick(at(103)));
    say(103.1, "w1", 5.1, false);
    say(103.1, "w2", 5.1, false);

    assertThat(wishes).last().isEqualTo(new Wish.AskLeave());
    assertThat(loss.state()).isInstanceOf(LossState.Asking.class);
  }

  @Test
  void shouldNotTakeForNewsWhatWasAnsweredBeforeItStoodStill() {
    step(new Input.Tick(at(103)));

    step(new Input.Tick(at(130)));
    for (String witness : List.of("w1", "w2", "w3")) {
      step(new Input.WitnessSaid(at(130.1), at(103), witness, E1, false, Duration.ofMillis(5100)));
    }

    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
    assertThat(loss.state()).isInstanceOf(LossState.Suspect.class);
  }

  /** It vouched before it was asked; that the answer lay there makes nobody be heard later. */
  @Test
  void shouldNotTakeALateRevocationForASignOfLife() {
    ways = 1;
    revoke();
    wishes.clear();

    for (String witness : List.of("w1", "w2")) {
      step(new Input.WitnessSaid(at(130.1), at(104), witness, E1, true, Duration.ofMillis(5100)));
    }

    assertThat(wishes).noneMatch(Wish.Withdraw.class::isInstance);
    assertThat(((LossState.Expiring) loss.state()).until()).isGreaterThan(at(131));
  }

  @Test
  void shouldStoreThatItRevokesBeforeItAsksTheFirstWitness() {
    askLeave();

    step(new Input.LeaveGiven(at(104)));

    assertThat(wishes)
        .endsWith(new Wish.StoreRevoking(), new Wish.Revoke(lease.orElseThrow().witnesses()));
  }

  @Test
  void shouldHoldWhileItMayNotFenceAndAskAgain() {
    askLeave();
    step(new Input.LeaveRefused(at(104), "disarmed"));
    assertThat(loss.state()).isEqualTo(new LossState.Held("disarmed"));
    wishes.clear();

    step(new Input.Tick(at(105)));
    say(105.1, "w1", 9, false);
    say(105.1, "w2", 9, false);

    assertThat(wishes).endsWith(new Wish.AskLeave());
  }

  @Test
  void shouldAskForLeaveAgainWhenTheAnswerWasLost() {
    askLeave();
    wishes.clear();

    step(new Input.Tick(at(105)));
    say(105.1, "w1", 9, false);
    say(105.1, "w2", 9, false);

    assertThat(wishes).endsWith(new Wish.AskLeave());
  }

  @Test
  void shouldNotRevokeAHostThatWasHeardWhileItAskedForLeave() {
    askLeave();
    step(new Input.Tick(at(104.5)));
    say(104.6, "w1", 0.1, false);
    say(104.6, "w2", 0.1, false);
    wishes.clear();

    step(new Input.LeaveGiven(at(104.7)));

    assertThat(wishes).isEmpty();
    assertThat(loss.state()).isInstanceOf(LossState.PathBroken.class);
  }

  @Test
  void shouldWaitForTheLeaseToRunOutAfterTheLastExtensionThatWasPossible() {
    revoke();

    say(104.1, "w1", 5.0, true); // vouched at 99.1
    assertThat(loss.state()).isInstanceOf(LossState.Revoking.class);
    say(104.1, "w2", 4.1, true); // vouched at 100

    // 100 + 6 s + 0.1 % of both spans + 0.5 s
    Duration until = ((LossState.Expiring) loss.state()).until();
    assertThat(until).isBetween(at(106.5), at(106.52));
    step(new Input.Tick(at(106.4)));
    assertThat(wishes).noneMatch(Wish.StoreFenced.class::isInstance);
    step(new Input.Tick(until));
    assertThat(wishes)
        .last()
        .isInstanceOfSatisfying(
            Wish.StoreFenced.class,
            fenced -> assertThat(fenced.by()).isEqualTo(FenceProof.By.LEASE));
  }

  @Test
  void shouldNotCountAVouchThatNoMajorityCanHaveJoined() {
    revoke();
    say(104.1, "w1", 0.1, true);
    say(104.1, "w2", 5.1, true);
    assertThat(((LossState.Expiring) loss.state()).until()).isGreaterThan(at(110));

    say(104.2, "w3", 5.2, true); // so w1 vouched alone, and extended nothing

    assertThat(((LossState.Expiring) loss.state()).until()).isBetween(at(105.5), at(105.6));
  }

  @Test
  void shouldNotTakeALookForARevocation() {
    revoke();

    say(104.1, "w1", 5.0, false);
    say(104.1, "w2", 5.0, false);
    say(104.1, "w3", 5.0, true);

    assertThat(loss.state()).isInstanceOf(LossState.Revoking.class);
  }

  @Test
  void shouldKeepWhatARevocationSaidWhenAnOlderLookOvertakesIt() {
    revoke();
    say(104.1, "w1", 0.2, true);
    say(104.2, "w1", 9.0, false); // answered before the revocation, and late
    say(104.2, "w2", 0.3, true);

    assertThat(((LossState.Expiring) loss.state()).until()).isGreaterThan(at(110));
  }

  @Test
  void shouldSayWhichWitnessesAreNotReachedUntilTheyAre() {
    step(new Input.Tick(at(100)));
    say(100.1, "w1", 3, false);
    step(new Input.WitnessUnreached(at(101), "w1", "no route"));
    step(new Input.WitnessUnreached(at(101), "w2", "no route"));
    assertThat(loss.reason(lease, at(102)))
        .contains("w1 4.9 s ago (not reached: no route), w2 no answer (not reached: no route)");

    say(102, "w2", 5, false);

    assertThat(loss.reason(lease, at(102))).contains("w2 5.0 s ago, w3 no answer");
  }

  @Test
  void shouldIgnoreWhatIsSaidOfAnOlderLease() {
    lease = Optional.of(Lease.opened(E2, TTL, list(2, "w1", "w2", "w3")).now(Standing.HELD));
    revoke();

    step(new Input.WitnessSaid(at(104.1), at(104), "w1", E1, true, Duration.ofSeconds(60)));
    step(new Input.WitnessSaid(at(104.1), at(104), "w2", E1, true, Duration.ofSeconds(60)));

    assertThat(loss.state()).isInstanceOf(LossState.Revoking.class);
  }

  @Test
  void shouldNeedAMajorityOfBothListsWhileTheWitnessesChange() {
    lease = lease.map(l -> l.proposed(list(2, "w3", "w4", "w5")));
    askLeave("w1", "w2", "w4", "w5");
    step(new Input.LeaveGiven(at(104)));

    say(104.1, "w1", 5.0, true);
    say(104.1, "w2", 5.0, true);
    say(104.1, "w3", 5.0, true);
    assertThat(loss.state()).isInstanceOf(LossState.Revoking.class);
    say(104.1, "w4", 1.0, true);

    assertThat(((LossState.Expiring) loss.state()).until()).isGreaterThan(at(109));
  }

  @Test
  void shouldAskThoseAgainThatDidNotAnswerTheRevocation() {
    revoke();
    wishes.clear();

    step(new Input.Tick(at(105)));

    assertThat(wishes).contains(new Wish.Revoke(lease.orElseThrow().witnesses()));
  }

  @Test
  void shouldWaitForTheWholeLeaseAfterTheDeciderHasMoved() {
    lease = lease.map(l -> l.now(Standing.REVOKED));
    loss = Loss.begin(lease, Optional.empty(), false, lossLimits(), at(7));

    step(new Input.Tick(at(13.4)));
    assertThat(wishes).noneMatch(Wish.StoreFenced.class::isInstance);
    step(new Input.Tick(at(13.6)));
    assertThat(wishes).last().isInstanceOf(Wish.StoreFenced.class);
  }

  @Test
  void shouldGoOnRevokingAfterTheDeciderHasMoved() {
    lease = lease.map(l -> l.now(Standing.REVOKING));
    loss = Loss.begin(lease, Optional.empty(), false, lossLimits(), at(7));

    step(new Input.Tick(at(8)));

    assertThat(wishes).containsExactly(new Wish.Revoke(lease.orElseThrow().witnesses()));
  }

  @Test
  void shouldNotRelyOnALeaseThatWasNeverHeld() {
    lease = lease.map(l -> l.now(Standing.OFFERED));
    for (int second = 101; second < 200; second++) {
      step(new Input.Tick(at(second)));
      say(second + 0.1, "w1", 60, false);
      say(second + 0.1, "w2", 60, false);
    }

    assertThat(loss.state()).isInstanceOf(LossState.Unproven.class);
    assertThat(wishes).allMatch(Wish.Look.class::isInstance);
  }

  @Test
  void shouldLookAgainWhenItStoodStillBeforeTheLeaveCame() {
    askLeave();

    step(new Input.LeaveGiven(at(164)));

    assertThat(wishes).noneMatch(Wish.StoreRevoking.class::isInstance);
    assertThat(loss.state()).isInstanceOf(LossState.Suspect.class);
  }

  @Test
  void shouldKeepTheBetterOfTwoRevocationsOfOneWitness() {
    revoke();
    say(104.1, "w1", 5.0, true); // vouched at 99.1
    say(104.9, "w1", 0.2, true); // it has started anew, and does not know
    say(105.0, "w2", 5.9, true); // vouched at 99.1

    assertThat(((LossState.Expiring) loss.state()).until()).isLessThan(at(106));
  }
}
