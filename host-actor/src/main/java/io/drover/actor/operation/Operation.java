package io.drover.actor.operation;

import io.drover.actor.CborSerializable;
import io.drover.actor.Journaling;
import io.drover.config.units.HostId;
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
 * Where an operation is done: its id alone does not say which VM, or which drain of a host, it
 * belongs to, so this remembers it, once and for ever. How it goes on is theirs to say. Entity id:
 * {@link OperationId#text()}.
 *
 * <pre>
 * Unknown ─OperationOpened─▶ Open
 *         ─DrainOpened─▶ OpenDrain
 * </pre>
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

    /** Remembers the host that is drained; a second one changes nothing. */
    record OpenDrain(HostId host, ActorRef<Subject> replyTo) implements Command {}

    record Find(ActorRef<Subject> replyTo) implements Command {}
  }

  /** The answer: whom to ask about it; both empty = no such operation. */
  public record Subject(Optional<VmId> vm, Optional<HostId> host) implements CborSerializable {
    private static final Subject NONE = new Subject(Optional.empty(), Optional.empty());

    static Subject of(State state) {
      return switch (state) {
        case State.Unknown _ -> NONE;
        case State.Open s -> new Subject(Optional.of(s.vm()), Optional.empty());
        case State.OpenDrain s -> new Subject(Optional.empty(), Optional.of(s.host()));
      };
    }
  }

  /** What is remembered of an operation. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record OperationOpened(VmId vm, Instant at) implements Event {}

    record DrainOpened(HostId host, Instant at) implements Event {}
  }

  /** What the journal says of an operation. */
  public sealed interface State extends CborSerializable {
    record Unknown() implements State {}

    record Open(VmId vm) implements State {}

    record OpenDrain(HostId host) implements State {}
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
              .thenReply(c.replyTo(), Subject::of);
      case On(State.Unknown _, Command.OpenDrain c) ->
          Effect()
              .persist(new Event.DrainOpened(c.host(), clock.instant()))
              .thenReply(c.replyTo(), Subject::of);
      case On(State.Unknown s, Command.Find c) -> Effect().reply(c.replyTo(), Subject.of(s));
      case On(State.Open s, _) -> Effect().reply(command.replyTo(), Subject.of(s));
      case On(State.OpenDrain s, _) -> Effect().reply(command.replyTo(), Subject.of(s));
    };
  }

  static State evolve(State state, Event event) {
    return switch (new On<>(state, event)) {
      case On(State.Unknown _, Event.OperationOpened e) -> new State.Open(e.vm());
      case On(State.Unknown _, Event.DrainOpened e) -> new State.OpenDrain(e.host());
      case On(State.Unknown _, _), On(State.Open _, _), On(State.OpenDrain _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }
}
