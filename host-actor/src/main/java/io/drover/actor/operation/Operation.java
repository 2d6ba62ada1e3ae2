package io.drover.actor.operation;

import io.drover.actor.CborSerializable;
import io.drover.actor.Journaling;
import io.drover.config.units.AreaId;
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
 * Where an operation is done: its id alone does not say which VM, which drain of a host or which
 * drill of an area it belongs to, so this remembers it, once and for ever. How it goes on is theirs
 * to say. Entity id: {@link OperationId#text()}.
 *
 * <pre>
 * Unknown ─OperationOpened─▶ Open
 *         ─DrainOpened─▶ OpenDrain
 *         ─DrillOpened─▶ OpenDrill
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

    /** Remembers the area that is drilled; a second one changes nothing. */
    record OpenDrill(AreaId area, ActorRef<Subject> replyTo) implements Command {}

    record Find(ActorRef<Subject> replyTo) implements Command {}
  }

  /**
   * The answer: whom to ask about it; nobody = no such operation.
   *
   * @param id of the operation
   */
  public record Subject(String id, Optional<VmId> vm, Optional<HostId> host, Optional<AreaId> area)
      implements CborSerializable {
    static Subject of(String id, State state) {
      Subject none = new Subject(id, Optional.empty(), Optional.empty(), Optional.empty());
      return switch (state) {
        case State.Unknown _ -> none;
        case State.Open s -> new Subject(id, Optional.of(s.vm()), none.host(), none.area());
        case State.OpenDrain s -> new Subject(id, none.vm(), Optional.of(s.host()), none.area());
        case State.OpenDrill s -> new Subject(id, none.vm(), none.host(), Optional.of(s.area()));
      };
    }
  }

  /** What is remembered of an operation. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record OperationOpened(VmId vm, Instant at) implements Event {}

    record DrainOpened(HostId host, Instant at) implements Event {}

    record DrillOpened(AreaId area, Instant at) implements Event {}
  }

  /** What the journal says of an operation. */
  public sealed interface State extends CborSerializable {
    record Unknown() implements State {}

    record Open(VmId vm) implements State {}

    record OpenDrain(HostId host) implements State {}

    record OpenDrill(AreaId area) implements State {}
  }

  private record On<T>(State state, T input) {}

  private final String id;
  private final InstantSource clock;

  private Operation(PersistenceId persistenceId, InstantSource clock) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.id = persistenceId.entityId();
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
          open(c, new Event.OperationOpened(c.vm(), clock.instant()));
      case On(State.Unknown _, Command.OpenDrain c) ->
          open(c, new Event.DrainOpened(c.host(), clock.instant()));
      case On(State.Unknown _, Command.OpenDrill c) ->
          open(c, new Event.DrillOpened(c.area(), clock.instant()));
      case On(State.Unknown s, Command.Find c) -> Effect().reply(c.replyTo(), subject(s));
      case On(State.Open s, _) -> Effect().reply(command.replyTo(), subject(s));
      case On(State.OpenDrain s, _) -> Effect().reply(command.replyTo(), subject(s));
      case On(State.OpenDrill s, _) -> Effect().reply(command.replyTo(), subject(s));
    };
  }

  private ReplyEffect<Event, State> open(Command command, Event event) {
    return Effect().persist(event).thenReply(command.replyTo(), this::subject);
  }

  private Subject subject(State state) {
    return Subject.of(id, state);
  }

  static State evolve(State state, Event event) {
    return switch (new On<>(state, event)) {
      case On(State.Unknown _, Event.OperationOpened e) -> new State.Open(e.vm());
      case On(State.Unknown _, Event.DrainOpened e) -> new State.OpenDrain(e.host());
      case On(State.Unknown _, Event.DrillOpened e) -> new State.OpenDrill(e.area());
      case On(State.Unknown _, _),
          On(State.Open _, _),
          On(State.OpenDrain _, _),
          On(State.OpenDrill _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }
}
