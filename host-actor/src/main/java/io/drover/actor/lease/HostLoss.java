package io.drover.actor.lease;

import io.drover.actor.lease.LossState.Asking;
import io.drover.actor.lease.LossState.Expiring;
import io.drover.actor.lease.LossState.Fenced;
import io.drover.actor.lease.LossState.Held;
import io.drover.actor.lease.LossState.PathBroken;
import io.drover.actor.lease.LossState.Revoking;
import io.drover.actor.lease.LossState.Suspect;
import io.drover.actor.lease.LossState.Unproven;
import io.drover.actor.lease.Sight.Heard;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides about a host whose session is gone. Each input carries a reading of one monotonic clock
 * of the decider. Pure: what it wants done it returns, in order; what is to be stored must be
 * durable before anything after it is done.
 */
public final class HostLoss {
  private final Optional<Lease> lease;
  private final boolean powerSwitch;
  private final LossLimits limits;
  private final List<Wish> wishes = new ArrayList<>();

  private HostLoss(Optional<Lease> lease, boolean powerSwitch, LossLimits limits) {
    this.lease = lease;
    this.powerSwitch = powerSwitch;
    this.limits = limits;
  }

  /** What happens. */
  public sealed interface Input {
    Duration now();

    /** Time passes; at least every look interval, and when a {@link Wish.Wake} is due. */
    record Tick(Duration now) implements Input {}

    /** A witness answered. */
    record WitnessSaid(
        Duration now, String witness, Epoch leaseEpoch, boolean revoked, Duration vouchAge)
        implements Input {}

    /** Whether it may be fenced. */
    record LeaveGiven(Duration now) implements Input {}

    record LeaveRefused(Duration now, String reason) implements Input {}

    /** The fence command is through. */
    record PowerAnswered(Duration now, boolean off, String evidence) implements Input {}
  }

  /** What the decider is to do. */
  public sealed interface Wish {
    /** The lease is about to be revoked. */
    record StoreRevoking() implements Wish {}

    /** A majority has revoked it. */
    record StoreRevoked(String evidence) implements Wish {}

    /** It is proven. */
    record StoreFenced(FenceProof.By by, String evidence) implements Wish {}

    /** A rung of the ladder did not hold. */
    record StorePowerFailed(String evidence) implements Wish {}

    /** Ask these, revoking nothing. */
    record Look(List<Witness> witnesses) implements Wish {}

    record Revoke(List<Witness> witnesses) implements Wish {}

    /** Ask whether it may be fenced: is the area armed, and is it not everybody who vanished? */
    record AskLeave() implements Wish {}

    record SwitchOff() implements Wish {}

    /** Time matters in so long. */
    record Wake(Duration in) implements Wish {}
  }

  /** What comes of an input. */
  public record Step(Loss loss, List<Wish> wishes) {
    public Step {
      wishes = List.copyOf(wishes);
    }
  }

  /**
   * Decides.
   *
   * @param lease as journaled; empty = the host never had one
   * @param powerSwitch there is a fence command for it
   */
  public static Step step(
      Loss loss, Input input, Optional<Lease> lease, boolean powerSwitch, LossLimits limits) {
    HostLoss decision = new HostLoss(lease, powerSwitch, limits);
    Loss next = decision.decide(loss, input);
    return new Step(next, decision.wishes);
  }

  private Loss decide(Loss loss, Input input) {
    return switch (input) {
      case Input.Tick i -> tick(loss, i.now());
      case Input.WitnessSaid i -> heard(loss, i);
      case Input.LeaveGiven i when awaitsLeave(loss) -> begin(loss, i.now());
      case Input.LeaveRefused i when awaitsLeave(loss) -> loss.now(new Held(i.reason()));
      case Input.LeaveGiven _, Input.LeaveRefused _ -> loss; // to a question of before
      case Input.PowerAnswered i -> power(loss, i);
    };
  }

  private Loss tick(Loss loss, Duration now) {
    return switch (loss.state()) {
      case Suspect _, PathBroken _, Asking _, Held _, Unproven _ -> suspect(look(loss, now), now);
      case Revoking _ -> switchOff(revoke(loss, now), now);
      case Expiring s -> expire(switchOff(loss, now), s, now);
      case Fenced s -> s.by() == FenceProof.By.LEASE ? switchOff(loss, now) : loss;
    };
  }

  private Loss look(Loss loss, Duration now) {
    if (now.minus(loss.looked()).compareTo(limits.lookInterval()) < 0) {
      return loss;
    }
    lease.ifPresent(l -> wishes.add(new Wish.Look(l.witnesses())));
    return loss.looking(now);
  }

  private Loss heard(Loss loss, Input.WitnessSaid said) {
    if (lease.filter(l -> l.epoch().equals(said.leaseEpoch())).isEmpty()) {
      return loss; // of a lease of before
    }
    Duration vouched = said.now().minus(limits.age(said.vouchAge()));
    Loss next =
        loss.with(
            loss.sight().plus(said.witness(), new Heard(said.now(), vouched, said.revoked())));
    return switch (next.state()) {
      case Suspect _, PathBroken _, Asking _, Held _, Unproven _ -> suspect(next, said.now());
      case Revoking _ -> revoked(next, said.now());
      case Expiring s -> expire(next, sooner(next, s), said.now());
      case Fenced _ -> next;
    };
  }

  /** Nothing is revoked yet. Does the host live; if not, is it time to act? */
  private Loss suspect(Loss loss, Duration now) {
    if (lease.isEmpty() || !lease.get().counts()) {
      return unleased(loss, now);
    }
    Lease l = lease.get();
    Duration recently = now.minus(limits.heardWithin());
    if (loss.sight().isAlive(l, recently)) {
      return loss.now(new PathBroken());
    }
    if (!loss.sight().isSilent(l, loss.looked(), recently)) {
      return awaitsLeave(loss) ? loss : loss.now(new Suspect());
    }
    Duration extended =
        loss.sight()
            .lastExtension(l, h -> h.arrived().compareTo(loss.looked()) >= 0)
            .orElseThrow(); // it is silent: a majority answered
    Duration due = extended.plus(l.ttl()).minus(limits.revokeLead());
    if (due.compareTo(now) > 0) {
      wishes.add(new Wish.Wake(due.minus(now)));
      return loss.now(new Suspect());
    }
    return ask(loss);
  }

  /** Silence is the only sign, so there has to be much of it. */
  private Loss unleased(Loss loss, Duration now) {
    if (!powerSwitch) {
      return loss.now(
          new Unproven(
              lease.isEmpty()
                  ? "it has no lease and no fence command: confirm that it is off"
                  : "it never held its lease, and has no fence command: confirm that it is off"));
    }
    boolean started = loss.power().runs() > 0;
    Duration due = loss.since().plus(limits.unleasedSilence());
    if (started || due.compareTo(now) > 0) {
      String word = started ? "its fence command has not confirmed it" : "it is silent";
      Loss next = awaitsLeave(loss) ? loss : loss.now(new Unproven("it has no lease, and " + word));
      return started ? switchOff(next, now) : next;
    }
    return ask(loss);
  }

  private Loss ask(Loss loss) {
    if (loss.asked().equals(loss.looked())) {
      return loss;
    }
    wishes.add(new Wish.AskLeave());
    return (loss.state() instanceof Held ? loss : loss.now(new Asking())).asking();
  }

  private static boolean awaitsLeave(Loss loss) {
    return loss.state() instanceof Asking || loss.state() instanceof Held;
  }

  private Loss begin(Loss loss, Duration now) {
    if (lease.filter(Lease::counts).isEmpty()) {
      return switchOff(loss.now(new Unproven("it has no lease; its fence command runs")), now);
    }
    wishes.add(new Wish.StoreRevoking());
    wishes.add(new Wish.Revoke(lease.get().witnesses()));
    return switchOff(loss.now(new Revoking()).looking(now), now);
  }

  private Loss revoke(Loss loss, Duration now) {
    if (now.minus(loss.looked()).compareTo(limits.lookInterval()) < 0) {
      return loss;
    }
    wishes.add(new Wish.Revoke(lease.orElseThrow().witnesses()));
    return loss.looking(now);
  }

  private Loss revoked(Loss loss, Duration now) {
    Lease l = lease.orElseThrow();
    if (!loss.sight().isRevoked(l)) {
      return loss;
    }
    Duration extended = loss.sight().lastExtension(l, Heard::revoked).orElseThrow();
    Duration until = extended.plus(limits.expiry(l.ttl()));
    wishes.add(new Wish.StoreRevoked("last vouched for: " + loss.sight().describe(l, now)));
    return expire(loss, new Expiring(until), now);
  }

  /** Who answers late may leave another majority that vouched earlier. */
  private Expiring sooner(Loss loss, Expiring state) {
    Lease l = lease.orElseThrow();
    return loss.sight()
        .lastExtension(l, Heard::revoked)
        .map(extended -> extended.plus(limits.expiry(l.ttl())))
        .filter(until -> until.compareTo(state.until()) < 0)
        .map(Expiring::new)
        .orElse(state);
  }

  private Loss expire(Loss loss, Expiring state, Duration now) {
    if (state.until().compareTo(now) > 0) {
      wishes.add(new Wish.Wake(state.until().minus(now)));
      return loss.now(state);
    }
    Lease l = lease.orElseThrow();
    wishes.add(
        new Wish.StoreFenced(
            FenceProof.By.LEASE,
            "lease epoch %s was revoked by a majority of its witnesses, and has run out"
                .formatted(l.epoch())));
    return loss.now(new Fenced(FenceProof.By.LEASE));
  }

  private Loss switchOff(Loss loss, Duration now) {
    Loss.Power power = loss.power();
    boolean due = power.runs() == 0 || power.ended().plus(limits.powerRetry()).compareTo(now) <= 0;
    if (!powerSwitch || power.running() || power.runs() >= limits.powerRuns() || !due) {
      return loss;
    }
    wishes.add(new Wish.SwitchOff());
    return loss.with(power.started());
  }

  private Loss power(Loss loss, Input.PowerAnswered said) {
    if (!said.off()) {
      wishes.add(new Wish.StorePowerFailed(said.evidence()));
      return loss.with(loss.power().ended(said.now()));
    }
    wishes.add(new Wish.StoreFenced(FenceProof.By.FENCE_COMMAND, said.evidence()));
    return loss.now(new Fenced(FenceProof.By.FENCE_COMMAND)).with(loss.power().ended(said.now()));
  }
}
