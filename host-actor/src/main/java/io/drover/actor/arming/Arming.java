package io.drover.actor.arming;

import io.drover.actor.CborSerializable;
import io.drover.actor.Journaling;
import io.drover.actor.Routes;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ArmingView.Mode;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.host.Host;
import io.drover.actor.placement.Scheduler;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * Whether the lost hosts of an area are fenced: a person disarms it for a while before working on
 * the network. Entity id: {@link AreaId#name()}.
 *
 * <pre>Armed ─Disarmed─▶ Disarmed ─Armed, or its time is up─▶ Armed</pre>
 *
 * What is asked is passed on to the area's scheduler, which sees all hosts and knows whether much
 * of the area has vanished at once.
 */
public final class Arming
    extends EventSourcedBehaviorWithEnforcedReplies<Arming.Command, Arming.Event, Arming.State> {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "arming");

  /** Nobody remembers it for longer. */
  public static final Duration LIMIT = Duration.ofHours(24);

  /** What may be asked. */
  public sealed interface Command extends CborSerializable {
    /**
     * Hosts are fenced from now on. Repeatable.
     *
     * @param force also those that vanished at once with many others, or while losses were ignored
     */
    record Arm(boolean force, ActorRef<ArmingView> replyTo) implements Command {}

    /**
     * No leave to fence a host is given for that long; at most {@link #LIMIT}. A revocation and a
     * run of a fence command that have begun go on; the command is not run again.
     */
    record Disarm(Duration span, Mode mode, String reason, ActorRef<ArmingView> replyTo)
        implements Command {}

    record Get(ActorRef<ArmingView> replyTo) implements Command {}

    /** Whether a host that was lost then may be fenced now; answered by the scheduler, too. */
    record AskLeave(HostId host, Instant lostAt, ActorRef<Host.Leave> replyTo) implements Command {}
  }

  /** What is remembered. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record Armed(boolean force, Instant at) implements Event {}

    record Disarmed(Instant until, Mode mode, String reason, Instant at) implements Event {}
  }

  /** What the journal says. */
  public sealed interface State extends CborSerializable {
    /** Losses of before do not count as a failure of many at once. */
    Instant accepted();

    /**
     * Lost hosts are fenced.
     *
     * @param ignoredFrom hosts that were lost from then until {@code ignoredUntil} are not
     */
    record Armed(Instant accepted, Instant ignoredFrom, Instant ignoredUntil) implements State {}

    record Disarmed(Instant accepted, Instant since, Instant until, Mode mode, String reason)
        implements State {
      /** Hosts that were lost from its beginning on stay ignored. */
      boolean isExtendedBy(Event.Disarmed next) {
        return mode == Mode.IGNORE && next.mode() == Mode.IGNORE && !next.at().isAfter(until);
      }

      /** Its time is up, or it is ended. */
      Armed ended(Instant at) {
        Instant end = at.isBefore(until) ? at : until;
        return mode == Mode.IGNORE
            ? new Armed(accepted, since, end)
            : new Armed(accepted, Instant.EPOCH, Instant.EPOCH);
      }
    }
  }

  private record On<T>(State state, T input) {}

  private final AreaId area;
  private final Routes routes;
  private final EntitySettings settings;
  private final InstantSource clock;

  private Arming(
      AreaId area,
      PersistenceId persistenceId,
      Routes routes,
      EntitySettings settings,
      InstantSource clock) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.area = area;
    this.routes = routes;
    this.settings = settings;
    this.clock = clock;
  }

  /** The entity. */
  public static Arming create(
      AreaId area,
      PersistenceId persistenceId,
      Routes routes,
      EntitySettings settings,
      InstantSource clock) {
    return new Arming(area, persistenceId, routes, settings, clock);
  }

  @Override
  public State emptyState() {
    return new State.Armed(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH);
  }

  @Override
  public CommandHandlerWithReply<Command, Event, State> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return Arming::evolve;
  }

  @Override
  public Set<String> tagsFor(Event event) {
    return Set.of(FleetEvent.TAG);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return Journaling.snapshots(settings);
  }

  private ReplyEffect<Event, State> decide(State state, Command command) {
    Instant now = clock.instant();
    return switch (new On<>(state, command)) {
      case On(State.Armed s, Command.Arm c) when !c.force() -> show(s, c.replyTo());
      case On(State _, Command.Arm c) -> store(new Event.Armed(c.force(), now), c.replyTo());
      case On(State _, Command.Disarm c) ->
          store(
              new Event.Disarmed(now.plus(limited(c.span())), c.mode(), c.reason(), now),
              c.replyTo());
      case On(State s, Command.Get c) -> show(s, c.replyTo());
      case On(State s, Command.AskLeave c) -> askLeave(s, c, now);
    };
  }

  private static Duration limited(Duration span) {
    return span.compareTo(LIMIT) > 0 ? LIMIT : span;
  }

  private ReplyEffect<Event, State> store(Event event, ActorRef<ArmingView> replyTo) {
    return Effect().persist(event).thenRun((State s) -> describe(s, replyTo)).thenNoReply();
  }

  private ReplyEffect<Event, State> show(State state, ActorRef<ArmingView> replyTo) {
    describe(state, replyTo);
    return Effect().noReply(); // the scheduler adds what it knows, and answers
  }

  private void describe(State state, ActorRef<ArmingView> replyTo) {
    routes.tell(
        Scheduler.TYPE_KEY,
        area.name(),
        new Scheduler.Command.DescribeLosses(view(state), state.accepted(), replyTo));
  }

  private ArmingView view(State state) {
    return state instanceof State.Disarmed s && clock.instant().isBefore(s.until())
        ? new ArmingView(false, Optional.of(s.until()), Optional.of(s.mode()), s.reason(), "")
        : ArmingView.ARMED;
  }

  private ReplyEffect<Event, State> askLeave(State state, Command.AskLeave c, Instant now) {
    Optional<String> objection = objection(state, c.lostAt(), now);
    if (objection.isPresent()) {
      return Effect().reply(c.replyTo(), new Host.Leave(false, objection.get()));
    }
    routes.tell(
        Scheduler.TYPE_KEY,
        area.name(),
        new Scheduler.Command.JudgeLoss(c.lostAt(), state.accepted(), c.replyTo()));
    return Effect().noReply();
  }

  private Optional<String> objection(State state, Instant lostAt, Instant now) {
    return switch (state) {
      case State.Disarmed s when now.isBefore(s.until()) ->
          Optional.of(
              "area %s is disarmed until %s (%s): %s"
                  .formatted(area, s.until(), s.mode(), s.reason()));
      case State.Disarmed s -> objection(s.ended(now), lostAt, now);
      case State.Armed s
          when !lostAt.isBefore(s.ignoredFrom()) && lostAt.isBefore(s.ignoredUntil()) ->
          Optional.of(
              "it was lost between %s and %s, when losses in area %s were ignored: confirm that it is off, or arm the area with force"
                  .formatted(s.ignoredFrom(), s.ignoredUntil(), area));
      case State.Armed _ -> Optional.empty();
    };
  }

  static State evolve(State state, Event event) {
    return switch (new On<>(state, event)) {
      case On(State _, Event.Armed e) when e.force() ->
          new State.Armed(e.at(), Instant.EPOCH, Instant.EPOCH);
      case On(State.Armed s, Event.Armed _) -> s;
      case On(State.Disarmed s, Event.Armed e) -> s.ended(e.at());
      case On(State.Disarmed s, Event.Disarmed e) when s.isExtendedBy(e) ->
          new State.Disarmed(s.accepted(), s.since(), e.until(), e.mode(), e.reason());
      case On(State s, Event.Disarmed e) ->
          new State.Disarmed(s.accepted(), e.at(), e.until(), e.mode(), e.reason());
    };
  }
}
