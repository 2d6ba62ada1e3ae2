package io.drover.node.wiring;

import io.drover.actor.CborSerializable;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** The smallest entity with the journal settings of the real ones. */
final class Tally extends EventSourcedBehavior<Tally.Command, Tally.Counted, Integer> {
  sealed interface Command extends CborSerializable {
    record Count(ActorRef<Integer> replyTo) implements Command {}

    record Get(ActorRef<Integer> replyTo) implements Command {}
  }

  record Counted(int by) implements CborSerializable {}

  private Tally(String id) {
    super(
        PersistenceId.ofUniqueId(id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(50), Duration.ofSeconds(1), 0.1)
            .withLoggingEnabled(false));
  }

  static Behavior<Command> create(String id) {
    return Behaviors.setup(_ -> new Tally(id));
  }

  @Override
  public Integer emptyState() {
    return 0;
  }

  @Override
  public CommandHandler<Command, Counted, Integer> commandHandler() {
    return (state, command) ->
        switch (command) {
          case Command.Count c ->
              Effect().persist(new Counted(1)).thenRun(now -> c.replyTo().tell(now));
          case Command.Get c -> Effect().none().thenRun(now -> c.replyTo().tell(now));
        };
  }

  @Override
  public EventHandler<Integer, Counted> eventHandler() {
    return (state, event) -> state + event.by();
  }
}
