package io.drover.actor.host;

import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.HostLoss;
import io.drover.actor.lease.HostLoss.Input;
import io.drover.actor.lease.HostLoss.Step;
import io.drover.actor.lease.HostLoss.Wish;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.Loss;
import io.drover.actor.lease.LossState;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is decided about a host while it has no session: asks {@link HostLoss}, has stored what is
 * to be stored, and then does the rest. Not journaled itself. Lives in one actor.
 */
final class LossWatch {
  private final Host.Fencing fencing;
  private final InstantSource clock;
  private final LossActs acts;
  private Optional<Loss> loss = Optional.empty();

  LossWatch(Host.Ports ports, LossActs acts) {
    this.fencing = ports.fencing();
    this.clock = ports.clock();
    this.acts = acts;
  }

  boolean isOn() {
    return loss.isPresent();
  }

  /** The session is gone. */
  Reaction begin(Registered state) {
    HostSafety safety = state.facts().safety();
    loss =
        Optional.of(
            Loss.begin(
                safety.lease(),
                safety.fenced(),
                safety.fences().underWay(),
                fencing.limits(),
                now()));
    return on(state, Input.Tick::new);
  }

  /** A session is there. */
  void end() {
    loss = Optional.empty();
  }

  /** Something happened; the clock is read here. */
  Reaction on(Registered state, Function<Duration, Input> input) {
    if (loss.isEmpty()) {
      return Reaction.NONE; // its agent came back
    }
    Step step =
        HostLoss.step(
            loss.get(),
            input.apply(now()),
            state.facts().safety().lease(),
            acts.waysToSwitchOff(state),
            fencing.limits());
    loss = Optional.of(step.loss());
    return reaction(state, step.wishes());
  }

  private Reaction reaction(Registered state, List<Wish> wishes) {
    Instant at = clock.instant();
    List<Event> events = new ArrayList<>();
    Consumer<Registered> then = _ -> {};
    for (Wish wish : wishes) {
      switch (wish) {
        case Wish.StoreRevoking _ -> events.add(new Event.RevocationBegun(epoch(state), at));
        case Wish.StoreRevoked w ->
            events.add(new Event.LeaseRevoked(epoch(state), w.evidence(), at));
        case Wish.StoreFenced w ->
            events.add(new Event.HostFenced(new FenceProof(w.by(), w.evidence(), at), at));
        case Wish.StoreFenceBegun _ ->
            events.add(new Event.FenceBegun(state.facts().safety().fences().number() + 1, at));
        case Wish.StoreFenceFailed w -> events.add(new Event.FenceFailed(w.evidence(), at));
        case Wish.Look w -> then = then.andThen(s -> acts.ask(s, w.witnesses(), true));
        case Wish.Revoke w -> then = then.andThen(s -> acts.ask(s, w.witnesses(), false));
        case Wish.AskLeave _ -> then = then.andThen(acts::askLeave);
        case Wish.SwitchOff w -> then = then.andThen(s -> acts.switchOff(s, w.way()));
        case Wish.Withdraw _ -> then = then.andThen(_ -> acts.withdraw());
        case Wish.Wake w -> then = then.andThen(_ -> acts.wake(w.in()));
      }
    }
    return new Reaction(events, then);
  }

  private static Epoch epoch(Registered state) {
    return state.facts().safety().lease().map(Lease::epoch).orElseThrow();
  }

  /** A person says that it is off: what is to be stored. */
  List<Event> confirmed(String reason) {
    loss = loss.map(Loss::confirmed);
    Instant at = clock.instant();
    return List.of(new Event.HostFenced(new FenceProof(FenceProof.By.OPERATOR, reason, at), at));
  }

  /** How far it is; empty while there is a session, and until its agent had time to come back. */
  Optional<LossState> state() {
    return loss.map(Loss::state);
  }

  /** For people; empty when there is nothing to say. */
  String reason(Registered state) {
    return loss.map(l -> l.reason(state.facts().safety().lease(), now())).orElse("");
  }

  private Duration now() {
    return Duration.ofNanos(fencing.monotonic().getAsLong());
  }
}
