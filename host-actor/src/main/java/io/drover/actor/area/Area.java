package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.actor.Journaling;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.config.units.MalformedIdException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
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
 * One area: how many cells it has, and which hosts. Entity id: {@link AreaId#name()}.
 *
 * <pre>Undefined ─AreaDefined─▶ Defined ─HostJoined─▶ Defined</pre>
 *
 * The number of cells is part of every id, so it is fixed for ever with the first definition.
 */
public final class Area
    extends EventSourcedBehaviorWithEnforcedReplies<Area.Command, Area.Event, Area.State> {
  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "area");

  /** What one area's control plane is made for. */
  public static final int HOST_LIMIT = 100_000;

  /** What may be asked of an area. */
  public sealed interface Command extends CborSerializable {
    ActorRef<Reply> replyTo();

    /** Defines it, or checks that it is defined so. A node does it at its start. */
    record Ensure(int cells, ActorRef<Reply> replyTo) implements Command {}

    /** Makes a host known by its name. Repeatable; answered by {@link Reply.HostIs}. */
    record RegisterHost(String name, ActorRef<Reply> replyTo) implements Command {}

    record Get(ActorRef<Reply> replyTo) implements Command {}
  }

  /** Answers. */
  public sealed interface Reply extends CborSerializable {
    /** The area; {@code hosts} ordered by id. */
    record Shown(AreaId area, long version, int cells, List<HostId> hosts) implements Reply {
      public Shown {
        hosts = List.copyOf(hosts);
      }
    }

    record HostIs(HostId host) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /** What is remembered of an area. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record AreaDefined(AreaId area, int cells, Instant at) implements Event {}

    record HostJoined(HostId host, Instant at) implements Event {}
  }

  /** What the journal says of an area. */
  public sealed interface State extends CborSerializable {
    record Undefined() implements State {}

    record Defined(AreaId area, int cells, long version, Set<HostId> hosts) implements State {
      public Defined {
        hosts = Set.copyOf(hosts);
      }

      HostId idOf(String name) {
        return new HostId(CellId.ofName(area, name, cells), name);
      }
    }
  }

  private record On<T>(State state, T input) {}

  private final AreaId area;
  private final EntitySettings settings;
  private final InstantSource clock;

  private Area(
      AreaId area, PersistenceId persistenceId, EntitySettings settings, InstantSource clock) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.area = area;
    this.settings = settings;
    this.clock = clock;
  }

  /** The entity. */
  public static Area create(
      AreaId area, PersistenceId persistenceId, EntitySettings settings, InstantSource clock) {
    return new Area(area, persistenceId, settings, clock);
  }

  @Override
  public State emptyState() {
    return new State.Undefined();
  }

  @Override
  public CommandHandlerWithReply<Command, Event, State> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return Area::evolve;
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
    return switch (new On<>(state, command)) {
      case On(State.Undefined _, Command.Ensure c) ->
          Effect()
              .persist(new Event.AreaDefined(area, c.cells(), clock.instant()))
              .thenReply(c.replyTo(), Area::shown);
      case On(State.Defined s, Command.Ensure c) when s.cells() == c.cells() ->
          Effect().reply(c.replyTo(), shown(s));
      case On(State.Defined s, Command.Ensure c) ->
          refuse(
              c,
              Refusal.Kind.CONFLICT,
              "area %s has %d cells since it was defined, not %d: the number is part of every id"
                  .formatted(area, s.cells(), c.cells()));
      case On(State.Defined s, Command.RegisterHost c) -> register(s, c);
      case On(State.Defined s, Command.Get c) -> Effect().reply(c.replyTo(), shown(s));
      case On(State.Undefined _, _) -> refuse(command, Refusal.Kind.NOT_FOUND, "no area " + area);
    };
  }

  private ReplyEffect<Event, State> register(State.Defined state, Command.RegisterHost c) {
    HostId host;
    try {
      host = state.idOf(c.name());
    } catch (MalformedIdException e) {
      return refuse(c, Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
    }
    if (state.hosts().contains(host)) {
      return Effect().reply(c.replyTo(), new Reply.HostIs(host));
    }
    if (state.hosts().size() >= HOST_LIMIT) {
      return refuse(
          c, Refusal.Kind.CONFLICT, "area %s has %d hosts, its limit".formatted(area, HOST_LIMIT));
    }
    return Effect()
        .persist(new Event.HostJoined(host, clock.instant()))
        .thenReply(c.replyTo(), _ -> new Reply.HostIs(host));
  }

  static State evolve(State state, Event event) {
    return switch (new On<>(state, event)) {
      case On(State.Undefined _, Event.AreaDefined e) ->
          new State.Defined(e.area(), e.cells(), 1, Set.of());
      case On(State.Defined s, Event.HostJoined e) ->
          new State.Defined(s.area(), s.cells(), s.version() + 1, plus(s.hosts(), e.host()));
      case On(State.Undefined _, _), On(State.Defined _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }

  private static Set<HostId> plus(Set<HostId> hosts, HostId host) {
    Set<HostId> all = new HashSet<>(hosts);
    all.add(host);
    return all;
  }

  private static Reply shown(State state) {
    State.Defined s = (State.Defined) state;
    return new Reply.Shown(
        s.area(),
        s.version(),
        s.cells(),
        s.hosts().stream().sorted(Comparator.comparing(HostId::text)).toList());
  }

  private ReplyEffect<Event, State> refuse(Command command, Refusal.Kind kind, String detail) {
    return Effect().reply(command.replyTo(), new Reply.Refused(Refusal.of(kind, detail)));
  }
}
