package io.drover.actor.area;

import io.drover.actor.Journaling;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area.Command;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.Area.Reply;
import io.drover.actor.area.Area.Request;
import io.drover.actor.area.AreaState.Defined;
import io.drover.actor.area.AreaState.On;
import io.drover.actor.area.AreaState.Undefined;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MalformedIdException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.slf4j.Logger;

/** How an {@link Area} decides and acts. */
final class AreaBehavior
    extends EventSourcedBehaviorWithEnforcedReplies<Command, Event, AreaState> {
  /** What an area says to itself. */
  sealed interface Internal extends Command {
    /** Time to write down who is about to join. */
    record Join() implements Internal {}

    /** Time to look around, and to say again who manages what. */
    record Tick() implements Internal {}

    /** Time to look at the load again: just when it has been so for long enough. */
    record LookAtLoad() implements Internal {}

    /** Time to wake all hosts, whatever has happened. */
    record Sweep() implements Internal {}
  }

  private final AreaId area;
  private final Area.Ports ports;
  private final TimerScheduler<Command> timers;
  private final Logger log;
  private final HostSweep sweep;
  private final Joining joining = new Joining();
  private final ActorRef<Command> self;
  private AreaOutlook outlook = new AreaOutlook();
  private LoadWatch load;

  static Behavior<Command> create(AreaId area, PersistenceId persistenceId, Area.Ports ports) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(
            timers -> new AreaBehavior(area, persistenceId, ports, context, timers)));
  }

  private AreaBehavior(
      AreaId area,
      PersistenceId persistenceId,
      Area.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.area = area;
    this.ports = ports;
    this.timers = timers;
    this.log = context.getLog();
    this.self = context.getSelf();
    this.sweep = new HostSweep(ports.routes(), ports.settings().wakeBatch());
    this.load = newLoadWatch();
  }

  private LoadWatch newLoadWatch() {
    return new LoadWatch(
        ports.sight(),
        ports.settings(),
        left -> timers.startSingleTimer("load", new Internal.LookAtLoad(), left));
  }

  @Override
  public AreaState emptyState() {
    return new Undefined();
  }

  @Override
  public CommandHandlerWithReply<Command, Event, AreaState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<AreaState, Event> eventHandler() {
    return AreaState::evolve;
  }

  @Override
  public SignalHandler<AreaState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .build();
  }

  @Override
  public Set<String> tagsFor(Event event) {
    return Set.of(FleetEvent.TAG);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return Journaling.snapshots(ports.entities());
  }

  private void onRecovered(AreaState state) {
    outlook = new AreaOutlook();
    load = newLoadWatch();
    joining.forget();
    if (state instanceof Defined s) {
      act(s);
    }
  }

  /** Says who manages what, and begins to look after it. */
  private void act(Defined state) {
    ports.sight().publish(state.management());
    timers.startTimerWithFixedDelay("tick", new Internal.Tick(), ports.settings().tick());
    timers.startTimerWithFixedDelay("sweep", new Internal.Sweep(), ports.settings().sweep());
  }

  private ReplyEffect<Event, AreaState> decide(AreaState state, Command command) {
    return switch (new On<>(state, command)) {
      case On(Undefined _, Request.Ensure c) -> define(c);
      case On(Defined s, Request.Ensure c) -> ensure(s, c);
      case On(Defined s, Request.RegisterHost c) -> register(s, c);
      case On(Defined s, Request.Get c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Defined s, Request.SetPolicy c) ->
          rule(s, c, PolicyRules.rule(s, c, ports.sight(), now()));
      case On(Defined s, Request.FailOver c) ->
          rule(s, c, Succession.failOver(s, ports.sight(), c, now()));
      case On(Defined s, Request.FailBack c) ->
          rule(s, c, Succession.failBack(s, ports.sight(), c, now()));
      case On(Defined s, Request.TakeBack c) -> rule(s, c, Succession.takeBack(s, c, now()));
      case On(Defined s, Internal.Join _) when joining.size() > 0 -> join(s);
      case On(Defined s, Internal.Tick _) -> tick(s);
      case On(Defined s, Internal.LookAtLoad _) -> burst(s);
      case On(Defined s, Internal.Sweep _) -> {
        sweep.begin(s.facts().hosts());
        yield Effect().noReply();
      }
      case On(Undefined _, Request c) -> refuse(c, Refusal.Kind.NOT_FOUND, "no area " + area);
      case On(Undefined _, Internal _), On(Defined _, Internal.Join _) -> Effect().noReply();
      // every kind of known area was matched above, whatever the command: the compiler does not see
      // it
      case On(Undefined _, _), On(AreaState.Home _, _), On(AreaState.Away _, _) ->
          throw new IllegalStateException("nobody answers " + command);
    };
  }

  private ReplyEffect<Event, AreaState> define(Request.Ensure c) {
    PolicyRules.objection(area, c, ports.sight())
        .ifPresent(objection ->
            log.error(
                "area {} is defined without backups: {} (drover.node.backups)",
                area,
                objection.detail()));
    return Effect()
        .persist(PolicyRules.founding(area, c, ports.sight(), now()))
        .thenRun(this::persisted)
        .thenReply(c.replyTo(), this::shown);
  }

  private ReplyEffect<Event, AreaState> ensure(Defined state, Request.Ensure c) {
    return state.facts().cells() == c.cells()
        ? Effect().reply(c.replyTo(), shown(state))
        : refuse(
            c,
            Refusal.Kind.CONFLICT,
            "area %s has %d cells since it was defined, not %d: the number is part of every id"
                .formatted(area, state.facts().cells(), c.cells()));
  }

  private ReplyEffect<Event, AreaState> register(Defined state, Request.RegisterHost c) {
    HostId host;
    try {
      host = state.facts().idOf(c.name());
    } catch (MalformedIdException e) {
      return refuse(c, Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
    }
    if (state.facts().hosts().contains(host)) {
      return Effect().reply(c.replyTo(), new Reply.HostIs(host));
    }
    if (state.facts().hosts().size() + joining.size() >= AreaPolicy.HOST_LIMIT) {
      return refuse(
          c,
          Refusal.Kind.CONFLICT,
          "area %s has %d hosts, its limit".formatted(area, AreaPolicy.HOST_LIMIT));
    }
    if (joining.add(host, c.replyTo())) {
      self.tell(new Internal.Join());
    }
    return Effect().noReply();
  }

  private ReplyEffect<Event, AreaState> join(Defined state) {
    Joining.Batch batch = joining.next(state, ports.sight(), ports.settings().burst(), now());
    return Effect()
        .persist(batch.events())
        .thenRun(s -> {
          publish(s);
          joining.joined(batch);
          if (joining.size() > 0) {
            self.tell(new Internal.Join());
          }
        })
        .thenNoReply(); // each has its own
  }

  private ReplyEffect<Event, AreaState> rule(
      Defined state, Request request, Succession.Ruling ruling) {
    return switch (ruling) {
      case Succession.Ruling.Decide r -> persist(request, r.event());
      case Succession.Ruling.Already _ -> Effect().reply(request.replyTo(), shown(state));
      case Succession.Ruling.Refuse r ->
          Effect().reply(request.replyTo(), new Reply.Refused(r.refusal()));
    };
  }

  private ReplyEffect<Event, AreaState> tick(Defined state) {
    ports.sight().publish(state.management());
    outlook.look(state.management().concerned(), ports.sight(), now());
    sweep.lookAt(ports.sight(), state.facts().hosts());
    sweep.go(state.management(), ports.sight());
    return Succession.next(state, ports.sight(), outlook, ports.settings(), now())
        .map(this::decided)
        .orElseGet(() -> burst(state));
  }

  /** What is borrowed is not lent on. */
  private ReplyEffect<Event, AreaState> burst(Defined state) {
    return state instanceof AreaState.Home home
        ? load.look(home, now()).map(this::decided).orElseGet(() -> Effect().noReply())
        : Effect().noReply();
  }

  private ReplyEffect<Event, AreaState> decided(Event event) {
    log.info("area {} decides {}", area, event);
    return Effect().persist(event).thenRun(this::persisted).thenNoReply();
  }

  private ReplyEffect<Event, AreaState> persist(Request request, Event event) {
    log.info("area {} decides {}", area, event);
    return Effect()
        .persist(event)
        .thenRun(this::persisted)
        .thenReply(request.replyTo(), this::shown);
  }

  private void persisted(AreaState state) {
    act((Defined) state);
  }

  private void publish(AreaState state) {
    ports.sight().publish(((Defined) state).management());
  }

  private Reply shown(AreaState state) {
    Defined s = (Defined) state;
    return new Reply.Shown(
        s.management(),
        s.facts().hosts().stream().sorted(Comparator.comparing(HostId::text)).toList(),
        s.standing().cause(),
        s.standing().reason(),
        s.standing().since());
  }

  private ReplyEffect<Event, AreaState> refuse(Request request, Refusal.Kind kind, String detail) {
    return Effect().reply(request.replyTo(), new Reply.Refused(Refusal.of(kind, detail)));
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
