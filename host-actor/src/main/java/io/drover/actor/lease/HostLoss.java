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
  private final LossLimits limits;
  private final List<Wish> wishes = new ArrayList<>();
  private final FenceLadder ladder;

  private HostLoss(Optional<Lease> lease, int ways, LossLimits limits) {
    this.lease = lease;
    this.limits = limits;
    this.ladder = new FenceLadder(ways, limits, wishes);
  }

  /** What happens. */
  public sealed interface Input {
    Duration now();

    /** Time passes; at least every look interval, and when a {@link Wish.Wake} is due. */
    record Tick(Duration now) implements Input {}

    /**
     * A witness answered.
     *
     * @param asked when it was asked
     */
    record WitnessSaid(
        Duration now,
        Duration asked,
        String witness,
        Epoch leaseEpoch,
        boolean revoked,
        Duration vouchAge)
        implements Input {}

    /** A witness could not be asked; it is asked again. */
    record WitnessUnreached(Duration now, String witness, String failure) implements Input {}

    /** Whether it may be fenced. */
    record LeaveGiven(Duration now) implements Input {}

    record LeaveRefused(Duration now, String reason) implements Input {}

    /** The run of the fence command that is under way is through. */
    record FenceEnded(Duration now, boolean off, String evidence) implements Input {}
  }

  /** What the decider is to do. */
  public sealed interface Wish {
    /** The lease is about to be revoked. */
    record StoreRevoking() implements Wish {}

    /** A majority has revoked it. */
    record StoreRevoked(String evidence) implements Wish {}

    /** It is proven. */
    record StoreFenced(FenceProof.By by, String evidence) implements Wish {}

    /** A fence command is about to be run. */
    record StoreFenceBegun() implements Wish {}

    /** A rung of the ladder did not hold. */
    record StoreFenceFailed(String evidence) implements Wish {}

    /** Ask these, revoking nothing. */
    record Look(List<Witness> witnesses) implements Wish {}

    record Revoke(List<Witness> witnesses) implements Wish {}

    /** Ask whether it may be fenced: is the area armed, and is it not everybody who vanished? */
    record AskLeave() implements Wish {}

    /**
     * Run a fence command.
     *
     * @param way one of those that there are, from 0
     */
    record SwitchOff(int way) implements Wish {}

    /** The host was heard: what has not been started of the fence command is not. */
    record Withdraw() implements Wish {}

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
   * @param ways there are to switch it off; 0 = no fence command is for it
   */
  public static Step step(
      Loss loss, Input input, Optional<Lease> lease, int ways, LossLimits limits) {
    HostLoss decision = new HostLoss(lease, ways, limits);
    Loss next = decision.decide(loss, input);
    return new Step(next, decision.wishes);
  }

  private Loss decide(Loss loss, Input input) {
    return switch (input) {
      case Input.Tick i -> tick(loss, i.now());
      case Input.WitnessSaid i -> heard(loss, i);
      case Input.WitnessUnreached i -> loss.with(loss.sight().unreached(i.witness(), i.failure()));
      case Input.LeaveGiven i when awaitsLeave(loss) -> begin(loss, i.now());
      case Input.LeaveGiven _ when loss.fence().isAsking() -> ladder.run(loss);
      case Input.LeaveRefused i when awaitsLeave(loss) -> loss.now(new Held(i.reason()));
      case Input.LeaveRefused i when loss.fence().isAsking() ->
          loss.with(loss.fence().refused(i.reason()));
      case Input.LeaveGiven _, Input.LeaveRefused _ -> loss; // to a question of before
      case Input.FenceEnded i -> ladder.ended(loss, i);
    };
  }

  private Loss tick(Loss loss, Duration now) {
    return switch (loss.state()) {
      case Suspect _, PathBroken _, Asking _, Held _, Unproven _ -> suspect(look(loss, now), now);
      case Revoking _ -> ladder.climb(revoke(loss, now), now);
      case Expiring s -> expire(ladder.climb(loss, now), s, now);
      case Fenced s -> s.by() == FenceProof.By.LEASE ? ladder.climb(loss, now) : loss;
    };
  }

  private Loss look(Loss loss, Duration now) {
    Duration pause = now.minus(loss.looked());
    if (pause.compareTo(limits.lookInterval()) < 0) {
      return loss;
    }
    lease.ifPresent(l -> wishes.add(new Wish.Look(l.witnesses())));
    boolean stoodStill = pause.compareTo(limits.heardWithin()) > 0;
    Duration missed = pause.minus(limits.lookInterval());
    return (stoodStill ? loss.waitingLonger(missed) : loss).looking(now);
  }

  private Loss heard(Loss loss, Input.WitnessSaid said) {
    if (lease.filter(l -> l.epoch().equals(said.leaseEpoch())).isEmpty()) {
      return loss; // of a lease of before
    }
    boolean late = said.now().minus(said.asked()).compareTo(limits.heardWithin()) > 0;
    if (late && !said.revoked()) {
      return loss; // the decider stood still: what was so before is no news, and it is asked again
    }
    Duration age = limits.age(said.vouchAge());
    Duration answered =
        late ? said.asked() : said.now(); // a late one may have been given right after the question
    Heard heard = new Heard(said.now(), answered.minus(age), said.now().minus(age), said.revoked());
    Loss next = loss.with(loss.sight().plus(said.witness(), heard));
    return switch (next.state()) {
      case Suspect _, PathBroken _, Asking _, Held _, Unproven _ -> suspect(next, said.now());
      case Revoking s -> revoked(next, s, said.now());
      case Expiring s -> expire(next, sooner(next, s), said.now());
      case Fenced _ -> next;
    };
  }

  /** Nothing is revoked yet. Does the host live; if not, is it time to act? */
  private Loss suspect(Loss loss, Duration now) {
    Duration recently = now.minus(limits.heardWithin());
    if (lease.filter(l -> loss.sight().isAlive(l, recently)).isPresent()) {
      return alive(loss, now);
    }
    if (lease.isEmpty() || !lease.get().counts()) {
      return unleased(loss, now);
    }
    Lease l = lease.get();
    if (!loss.sight().isSilent(l, loss.looked(), recently)) {
      return undecided(loss, l, now);
    }
    Duration extended =
        loss.sight()
            .lastExtension(l, h -> h.arrived().compareTo(loss.looked()) >= 0)
            .orElseThrow(); // it is silent: a majority answered
    Duration due = extended.plus(l.ttl()).minus(limits.revokeLead());
    if (due.compareTo(now) > 0) {
      wishes.add(new Wish.Wake(due.minus(now)));
      return loss.now(Suspect.WAITING);
    }
    return ask(loss);
  }

  private Loss alive(Loss loss, Duration now) {
    if (loss.fence().isRunning()) {
      wishes.add(new Wish.Withdraw());
    }
    return loss.heard(now);
  }

  /**
   * A minority hears it, and those who could make it a majority do not answer. If they are dead,
   * its lease has run out; if only we do not reach them, it may live, cut off from us and from some
   * of its witnesses, too. To revoke it is safe in either case, and the only end that nobody has to
   * wait for.
   */
  private Loss undecided(Loss loss, Lease l, Duration now) {
    if (!loss.sight().isAnswered(l, loss.looked())) {
      Duration before = loss.looked().minus(limits.lookInterval().multipliedBy(2));
      boolean underWay = loss.sight().isAnswered(l, before);
      return underWay ? loss : loss.now(Suspect.UNANSWERED);
    }
    Duration due = loss.since().plus(limits.unleasedSilence());
    return due.compareTo(now) > 0 ? loss.now(Suspect.inDoubt(due.minus(now))) : ask(loss);
  }

  /** Silence is the only sign, so there has to be much of it. */
  private Loss unleased(Loss loss, Duration now) {
    if (loss.fence().isRunning()) {
      return loss.now(new Unproven("it has no lease; its fence command runs"));
    }
    if (!ladder.mayRun(loss)) {
      String lacking = lease.isEmpty() ? "it has no lease" : "it never held its lease";
      String command = ladder.isEmpty() ? "it has no fence command" : "its fence command failed";
      return loss.now(
          new Unproven("%s, and %s: confirm that it is off".formatted(lacking, command)));
    }
    boolean failed = loss.fence().runs() > 0;
    Duration due = failed ? loss.fence().due() : loss.since().plus(limits.unleasedSilence());
    if (due.compareTo(now) > 0) {
      String word = failed ? "its fence command has not confirmed it" : "it is silent";
      return loss.now(new Unproven("it has no lease, and " + word));
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
    if (now.minus(loss.looked()).compareTo(limits.heardWithin()) > 0) {
      return loss.now(Suspect.WAITING); // the decider stood still: it is asked for again
    }
    if (lease.filter(Lease::counts).isEmpty()) {
      return ladder.run(loss.now(new Unproven("it has no lease; its fence command runs")));
    }
    wishes.add(new Wish.StoreRevoking());
    wishes.add(new Wish.Revoke(lease.get().witnesses()));
    return ladder.run(loss.now(new Revoking(now)).looking(now));
  }

  private Loss revoke(Loss loss, Duration now) {
    if (now.minus(loss.looked()).compareTo(limits.lookInterval()) < 0) {
      return loss;
    }
    wishes.add(new Wish.Revoke(lease.orElseThrow().witnesses()));
    return loss.looking(now);
  }

  private Loss revoked(Loss said, Revoking state, Duration now) {
    Lease l = lease.orElseThrow();
    Loss loss = said.sight().isAlive(l, state.since()) ? ladder.withdraw(said) : said;
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
}
