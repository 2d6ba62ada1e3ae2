package io.drover.actor.host;

import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a command comes to.
 *
 * @param events to persist first; may be none
 * @param then to do after that, in the state it led to
 */
record Reaction(List<Event> events, Consumer<Registered> then) {
  static final Reaction NONE = new Reaction(List.of(), _ -> {});

  Reaction {
    events = List.copyOf(events);
  }

  static Reaction say(Runnable words) {
    return new Reaction(List.of(), _ -> words.run());
  }

  static Reaction persist(Event event) {
    return new Reaction(List.of(event), _ -> {});
  }
}
