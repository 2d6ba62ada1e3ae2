package io.drover.actor.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.lease.HostLoss.Input;
import io.drover.actor.lease.HostLoss.Wish;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A host of which no majority of the witnesses says anything clear. */
class DoubtTest extends SilentHost {
  @Test
  void shouldDoNothingWithoutTheAnswersOfAMajority() {
    for (int second = 101; second < 200; second++) {
      step(new Input.Tick(at(second)));
      say(second + 0.1, "w3", 60, false);
    }

    assertThat(loss.state()).isInstanceOf(LossState.Suspect.class);
    assertThat(wishes).allMatch(Wish.Look.class::isInstance);
  }

  @Test
  void shouldSayWhenTheDoubtAboutAHostEnds() {
    pass(110);
    say(110.1, "w1", 0.5, false);
    assertThat(loss.reason(lease, at(110.1))).contains("w2 no answer", "confirm that it is off");

    say(110.1, "w3", 60, false);

    assertThat(loss.reason(lease, at(110.1))).contains("w2 no answer", "is revoked in 9.9 s");
  }

  /** A witness on the machine that stood still has heard nobody meanwhile. */
  @Test
  void shouldNotCountTheTimeInWhichItStoodStillItself() {
    step(new Input.Tick(at(105)));
    say(105.1, "w1", 0.5, false);
    say(105.1, "w2", 0.5, false);

    step(new Input.Tick(at(130)));
    say(130.1, "w1", 0.5, false);
    say(130.1, "w3", 25, false);

    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
    assertThat(loss.reason(lease, at(130.1))).contains("w2", "is revoked in 19 s");
  }

  @Test
  void shouldHaveNoDoubtAboutAHostThatDoesNotKnowItsNextWitnesses() {
    lease = lease.map(l -> l.proposed(list(2, "w4", "w5", "w6")));
    for (int second = 101; second <= 125; second++) {
      step(new Input.Tick(at(second)));
      for (String active : List.of("w1", "w2", "w3")) {
        say(second + 0.1, active, 0.5, false);
      }
      for (String pending : List.of("w4", "w5", "w6")) {
        say(second + 0.1, pending, 60, false);
      }
    }

    assertThat(loss.state()).isInstanceOf(LossState.PathBroken.class);
    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
  }

  @Test
  void shouldBeInDoubtAnewAfterAMajorityHeardTheHost() {
    step(new Input.Tick(at(115)));
    say(115.1, "w1", 0.5, false);
    say(115.1, "w2", 0.5, false);
    for (int second = 117; second <= 134; second++) {
      step(new Input.Tick(at(second)));
      say(second + 0.1, "w1", 0.5, false);
      say(second + 0.1, "w3", 60, false);
    }

    assertThat(wishes).noneMatch(Wish.AskLeave.class::isInstance);
  }

  @Test
  void shouldEndTheDoubtAboutAHostThatOnlyAMinorityHears() {
    for (int second = 101; second <= 121; second++) {
      step(new Input.Tick(at(second)));
      say(second + 0.1, "w1", 0.5, false);
      say(second + 0.1, "w3", 60, false);
    }

    assertThat(wishes).contains(new Wish.AskLeave());
  }
}
