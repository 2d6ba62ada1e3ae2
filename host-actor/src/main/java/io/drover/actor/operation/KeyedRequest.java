package io.drover.actor.operation;

import io.drover.actor.CborSerializable;
import io.drover.actor.Journaling;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;

/**
 * What a change that came with an {@code Idempotency-Key} was answered first, once and for ever.
 * The entity id is made from the key and what is to be changed. Refusals are not remembered: they
 * changed nothing, and the same request may be decided anew.
 *
 * <pre>Unknown ─RequestBegun─▶ Begun ─RequestAnswered─▶ Answered</pre>
 */
public final class KeyedRequest
    extends EventSourcedBehaviorWithEnforcedReplies<
        KeyedRequest.Command, KeyedRequest.Event, KeyedRequest.State> {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "keyed-request");

  /** What may be asked of it. */
  public sealed interface Command extends CborSerializable {
    String requestDigest();

    ActorRef<Reply> replyTo();

    /** Whether the request may be carried out, or was already. Repeatable. */
    record Begin(String requestDigest, ActorRef<Reply> replyTo) implements Command {}

    /** It was carried out; the first answer stays. */
    record Answer(String requestDigest, Outcome outcome, ActorRef<Reply> replyTo)
        implements Command {}
  }

  /** The answer. */
  public sealed interface Reply extends CborSerializable {
    /** No answer is known: carry it out, in a way that may be repeated. */
    record CarryOut() implements Reply {}

    record Answered(Outcome outcome) implements Reply {}

    /** The key came with another request before. */
    record Mismatch() implements Reply {}
  }

  /** What a caller was answered. */
  public sealed interface Outcome extends CborSerializable {
    record OfOperation(OperationView operation) implements Outcome {}

    record OfHost(HostView host) implements Outcome {}

    record OfMigration(MigrationView migration) implements Outcome {}

    record OfArea(AreaView area) implements Outcome {}

    record OfArming(ArmingView arming) implements Outcome {}
  }

  /** What is remembered of it. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record RequestBegun(String requestDigest, Instant at) implements Event {}

    record RequestAnswered(Outcome outcome, Instant at) implements Event {}
  }

  /** What the journal says of it. */
  public sealed interface State extends CborSerializable {
    record Unknown() implements State {}

    record Begun(String requestDigest) implements State {}

    record Answered(String requestDigest, Outcome outcome) implements State {}
  }

  private record On<T>(State state, T input) {}

  private final InstantSource clock;

  private KeyedRequest(PersistenceId persistenceId, InstantSource clock) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.clock = clock;
  }

  /** The entity. */
  public static KeyedRequest create(PersistenceId persistenceId, InstantSource clock) {
    return new KeyedRequest(persistenceId, clock);
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
    return KeyedRequest::evolve;
  }

  private ReplyEffect<Event, State> decide(State state, Command command) {
    return switch (new On<>(state, command)) {
      case On(State.Unknown _, Command.Begin c) ->
          Effect()
              .persist(new Event.RequestBegun(c.requestDigest(), clock.instant()))
              .thenReply(c.replyTo(), _ -> new Reply.CarryOut());
      case On(State.Unknown _, Command.Answer c) ->
          Effect().reply(c.replyTo(), new Reply.Mismatch()); // nobody began it
      case On(State.Begun s, _) when !s.requestDigest().equals(command.requestDigest()) ->
          Effect().reply(command.replyTo(), new Reply.Mismatch());
      case On(State.Begun _, Command.Begin c) ->
          Effect().reply(c.replyTo(), new Reply.CarryOut()); // its first answer was never given
      case On(State.Begun _, Command.Answer c) ->
          Effect()
              .persist(new Event.RequestAnswered(c.outcome(), clock.instant()))
              .thenReply(c.replyTo(), _ -> new Reply.Answered(c.outcome()));
      case On(State.Answered s, _) ->
          Effect()
              .reply(
                  command.replyTo(),
                  s.requestDigest().equals(command.requestDigest())
                      ? new Reply.Answered(s.outcome())
                      : new Reply.Mismatch());
    };
  }

  static State evolve(State state, Event event) {
    return switch (new On<>(state, event)) {
      case On(State.Unknown _, Event.RequestBegun e) -> new State.Begun(e.requestDigest());
      case On(State.Begun s, Event.RequestAnswered e) ->
          new State.Answered(s.requestDigest(), e.outcome());
      case On(State.Unknown _, _), On(State.Begun _, _), On(State.Answered _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }
}
