package io.drover.actor.host;

import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.Host.Reply;
import io.drover.actor.host.HostState.On;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.lease.FenceProof;
import io.drover.config.units.HostId;
import java.time.InstantSource;
import java.util.List;

/** Answers people. Lives in one actor. */
final class ChangeDesk {
  private final HostId host;
  private final InstantSource clock;

  ChangeDesk(HostId host, InstantSource clock) {
    this.host = host;
    this.clock = clock;
  }

  Reaction change(Registered state, Command.Change change, AgentLink link, LossWatch watch) {
    if (change instanceof Command.ConfirmOff && link.session().isPresent()) {
      String reason = host + " is connected: it cannot be off";
      return Reaction.say(() ->
          change.replyTo().tell(new Reply.Refused(Refusal.of(Refusal.Kind.CONFLICT, reason))));
    }
    List<Event> events =
        switch (new On<>(state, change)) {
          case On(HostState.Available _, Command.Cordon _) ->
              List.of(new Event.Cordoned(clock.instant()));
          case On(HostState.Cordoned _, Command.Uncordon _) ->
              List.of(new Event.Uncordoned(clock.instant()));
          case On(HostState _, Command.ConfirmOff c) -> confirmed(state, c, watch);
          case On(HostState _, _) -> List.of();
        };
    return new Reaction(events, s -> change.replyTo().tell(shown(s, link, watch)));
  }

  /** What is proven already is not proven again. */
  private static List<Event> confirmed(Registered state, Command.ConfirmOff c, LossWatch watch) {
    return state.facts().safety().fenced().filter(FenceProof::powerOff).isPresent()
        ? List.of()
        : watch.confirmed(c.reason());
  }

  Reply changed(Registered state, long expected) {
    return new Reply.Refused(
        Refusal.versionMismatch(host.text(), state.facts().version(), expected));
  }

  Reply shown(Registered state, AgentLink link, LossWatch watch) {
    return new Reply.Shown(HostViews.view(host, state, link, watch));
  }

  Reply notFound() {
    return new Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "no host " + host));
  }
}
