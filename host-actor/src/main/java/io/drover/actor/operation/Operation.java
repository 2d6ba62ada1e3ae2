package io.drover.actor.operation;

import io.drover.actor.CborSerializable;
import io.drover.actor.Journaling;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;

/**
 * Where an operation is done: its id alone does not say which VM it belongs to, so this remembers
 * it, once and for ever. How it goes on is the VM's to say. Entity id: {@link OperationId#text()}.
 *
 * <pre>Unknown ─OperationOpened─▶ Open</pre>
 */
public final class Operation
    extends EventSourcedBehaviorWithEnforcedReplies<
        Operation.Command, Operation.Event, Operation.State> {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "operation");

  /** What may be asked of an operation. */
  public sealed interface Command extends CborSerializable {
    ActorRef<Subject> replyTo();

    /** Remembers the VM; a second one changes nothing. */
    record Open(VmId vm, ActorRef<Subject> replyTo) implements Command {}

    record Find(ActorRef<Subject> replyTo) implements Command {}
  }

  /** The answer: empty = no such operation. */
  public record Subject(Optional<VmId> vm) implements CborSerializable {}

  /** What is remembered of an operation. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record OperationOpened(VmId vm, Instant at) implements Event {}
  }

  /** What the journal says of an operation. */
  public sealed interface State extends CborSerializable {
    record Unknown() implements State {}

    record Open(VmId vm) implements State {}
  }

  private record On<T>(State state, T input) {}

  private final InstantSource clock;

  private Operation(PersistenceId persistenceId, InstantSource clock) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.clock = clock;
  }

  /** The entity. */
  public static Operation create(PersistenceId persistenceId, InstantSource clock) {
    return new Operation(persistenceId, clock);
  }

  @Override
  public State emptyState() {
    return new State.Unknown();
  }

  @Override
  public CommandHandlerWithReply<Command, Event, State> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return Operation::evolve;
  }

  private ReplyEffect<Event, State> decide(State state, Command command) {
    return switch (new On<>(state, command)) {
      case On(State.Unknown _, Command.Open c) ->
          Effect()
              .persist(new Event.OperationOpened(c.vm(), clock.instant()))
              .thenReply(c.replyTo(), _ -> new Subject(Optional.of(c.vm())));
      case On(State.Unknown _, Command.Find c) ->
          Effect().reply(c.replyTo(), new Subject(Optional.empty()));
      case On(State.Open s, _) ->
          Effect().reply(command.replyTo(), new Subject(Optional.of(s.vm())));
    };
  }

  static State evolve(State state, Event event) {
    return switch (new On<>(state, event)) {
      case On(State.Unknown _, Event.OperationOpened e) -> new State.Open(e.vm());
      case On(State.Unknown _, _), On(State.Open _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }
}
