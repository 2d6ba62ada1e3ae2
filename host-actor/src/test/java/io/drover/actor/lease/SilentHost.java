package io.drover.actor.lease;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.lossLimits;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.lease.HostLoss.Input;
import io.drover.actor.lease.HostLoss.Wish;
import io.drover.actor.lease.Lease.Standing;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A host with three witnesses and no session: what happens is said, what is wanted is kept. */
abstract class SilentHost {
  static final Duration TTL = Duration.ofSeconds(6);
  static final Duration LOST = at(100);

  Optional<Lease> lease =
      Optional.of(Lease.opened(E1, TTL, list(1, "w1", "w2", "w3")).now(Standing.HELD));
  int ways;
  Loss loss = Loss.begin(lease, Optional.empty(), false, lossLimits(), LOST);
  final List<Wish> wishes = new ArrayList<>();

  void askLeave(String... witnesses) {
    step(new Input.Tick(at(103)));
    for (String witness : witnesses.length == 0 ? new String[] {"w1", "w2"} : witnesses) {
      say(103.1, witness, 5.1, false);
    }
    assertThat(loss.state()).isInstanceOf(LossState.Asking.class);
  }

  void revoke() {
    askLeave();
    step(new Input.LeaveGiven(at(104)));
    assertThat(loss.state()).isInstanceOf(LossState.Revoking.class);
    lease = lease.map(l -> l.now(Standing.REVOKING));
  }

  void say(double at, String witness, double age, boolean revoked) {
    Epoch epoch = lease.orElseThrow().epoch();
    step(
        new Input.WitnessSaid(
            at(at),
            at(at - 0.1),
            witness,
            epoch,
            revoked,
            Duration.ofMillis(Math.round(age * 1000))));
  }

  /** Time passes up to then, tick by tick. */
  void pass(double until) {
    for (Duration t = loss.looked().plusSeconds(1);
        t.compareTo(at(until)) <= 0;
        t = t.plusSeconds(1)) {
      step(new Input.Tick(t));
    }
  }

  void step(Input input) {
    HostLoss.Step step = HostLoss.step(loss, input, lease, ways, lossLimits());
    loss = step.loss();
    wishes.addAll(step.wishes());
  }

  static WitnessList list(long version, String... names) {
    return new WitnessList(
        version, Arrays.stream(names).map(n -> new Witness(n, n + ":7300")).toList());
  }

  static Duration at(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
