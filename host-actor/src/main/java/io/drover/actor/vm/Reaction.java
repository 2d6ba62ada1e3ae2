package io.drover.actor.vm;

import io.drover.actor.vm.Vm.Event;
import java.util.List;
import java.util.function.Consumer;

/**
 * What something that was heard comes to.
 *
 * @param events to persist first; may be none
 * @param then to do after that, in the state it led to
 */
record Reaction(List<Event> events, Consumer<VmState> then) {
  static final Reaction NONE = new Reaction(List.of(), _ -> {});

  Reaction {
    events = List.copyOf(events);
  }

  static Reaction of(Event event) {
    return new Reaction(List.of(event), _ -> {});
  }

  static Reaction say(Runnable words) {
    return new Reaction(List.of(), _ -> words.run());
  }
}
