package io.drover.actor.drill;

import io.drover.actor.Journaling;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.drill.Drill.Command;
import io.drover.actor.drill.Drill.Event;
import io.drover.actor.drill.Drill.Ports;
import io.drover.actor.drill.Drill.Reply;
import io.drover.actor.drill.Drill.Request;
import io.drover.actor.drill.DrillState.Active;
import io.drover.actor.drill.DrillState.ComingBack;
import io.drover.actor.drill.DrillState.GoingOver;
import io.drover.actor.drill.DrillState.Idle;
import io.drover.actor.drill.DrillState.Known;
import io.drover.actor.drill.DrillState.On;
import io.drover.actor.drill.DrillState.Over;
import io.drover.actor.operation.Operation;
import io.drover.config.units.AreaId;
import io.drover.config.units.OperationId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

/** The actor around a {@link DrillCourse}: journals what it decides, and answers people. */
final class DrillBehavior
    extends EventSourcedBehaviorWithEnforcedReplies<Command, Event, DrillState> {
  private final AreaId area;
  private final Ports ports;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Runnable rest;
  private final DrillSteps steps;
  private final DrillCourse course;
  private Optional<Request.Start> asked = Optional.empty(); // until the area has been looked at

  /** Answers and time; they never leave the entity's node. */
  sealed interface Internal extends Command {
    /** Time to look again. */
    record Tick() implements Internal {}

    record AreaSeen(Area.Reply reply) implements Internal {}

    record OperationSeen(Operation.Subject subject) implements Internal {}

    /** Nobody has said anything for a while. */
    record Unused() implements Internal {}
  }

  static Behavior<Command> create(
      AreaId area, PersistenceId persistenceId, Ports ports, Runnable rest) {
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(ports.entities().restAfter(), new Internal.Unused());
      return Behaviors.withTimers(
          timers -> new DrillBehavior(area, persistenceId, ports, context, timers, rest));
    });
  }

  private DrillBehavior(
      AreaId area,
      PersistenceId persistenceId,
      Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Runnable rest) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.area = area;
    this.ports = ports;
    this.context = context;
    this.timers = timers;
    this.rest = rest;
    this.steps =
        new DrillSteps(
            area,
            ports.routes(),
            context.messageAdapter(Area.Reply.class, Internal.AreaSeen::new),
            context.messageAdapter(Operation.Subject.class, Internal.OperationSeen::new));
    this.course = new DrillCourse(ports.sight(), ports.settings(), ports.clock(), steps);
  }

  @Override
  public DrillState emptyState() {
    return new Idle();
  }

  @Override
  public CommandHandlerWithReply<Command, Event, DrillState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<DrillState, Event> eventHandler() {
    return DrillState::evolve;
  }

  @Override
  public SignalHandler<DrillState> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), this::began).build();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return Journaling.snapshots(ports.entities());
  }

  @Override
  public Set<String> tagsFor(Event event) {
    return Set.of(FleetEvent.TAG);
  }

  /** An incarnation, a drill, or one of its ways. */
  private void began(DrillState state) {
    course.forget();
    switch (state) {
      case Active _ ->
          timers.startTimerWithFixedDelay(
              "tick", new Internal.Tick(), Duration.ZERO, ports.settings().interval());
      case Idle _, Over _ -> timers.cancel("tick");
    }
  }

  private ReplyEffect<Event, DrillState> decide(DrillState state, Command command) {
    return switch (new On<>(state, command)) {
      case On(Known s, Request.Start c) when isOf(s, c.operation()) || s instanceof Active ->
          Effect().reply(c.replyTo(), shown(s));
      case On(Idle _, Request.Start c) -> lookFirst(c);
      case On(Over _, Request.Start c) -> lookFirst(c);
      case On(Active s, Request.Abort c) -> abort(s, c);
      case On(Known s, Request.Abort c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Known s, Request.Get c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Known s, Request.GetOperation c) ->
          Effect().reply(c.replyTo(), operation(s, c.operation()));
      case On(Idle _, Request c) -> Effect().reply(c.replyTo(), notFound("no drill of " + area));
      case On(Active s, Internal i) -> went(course.hear(s, i));
      case On(DrillState _, Internal.AreaSeen i) -> looked(i.reply());
      case On(DrillState _, Internal.Unused _) -> {
        rest.run();
        yield Effect().noReply();
      }
      case On(Idle _, _), On(GoingOver _, _), On(ComingBack _, _), On(Over _, _) ->
          Effect().noReply();
    };
  }

  private ReplyEffect<Event, DrillState> abort(Active state, Request.Abort c) {
    List<Event> events = course.abort(state);
    return events.isEmpty()
        ? Effect().reply(c.replyTo(), shown(state))
        : Effect()
            .persist(events)
            .thenRun(this::began)
            .thenReply(c.replyTo(), s -> shown((Known) s));
  }

  /** The area itself says whether it is well. */
  private ReplyEffect<Event, DrillState> lookFirst(Request.Start c) {
    asked
        .filter(earlier -> !earlier.operation().equals(c.operation()))
        .ifPresent(earlier ->
            earlier.replyTo().tell(refused("another drill of area " + area + " is asked for")));
    asked = Optional.of(c);
    steps.lookAtArea();
    return Effect().noReply();
  }

  private ReplyEffect<Event, DrillState> looked(Area.Reply reply) {
    Optional<Request.Start> start = asked;
    asked = Optional.empty();
    if (start.isEmpty()) {
      return Effect().noReply();
    }
    Request.Start c = start.get();
    return switch (reply) {
      case Area.Reply.Shown shown ->
          switch (DrillTerms.of(
              c, shown, ports.sight(), course.settledAt(area, area), ports.clock().instant())) {
            case DrillTerms.Begin begin ->
                Effect()
                    .persist(begin.event())
                    .thenRun(this::began)
                    .thenReply(c.replyTo(), s -> shown((Known) s));
            case DrillTerms.Refuse refuse ->
                Effect().reply(c.replyTo(), new Reply.Refused(refuse.refusal()));
          };
      case Area.Reply.Refused refused ->
          Effect().reply(c.replyTo(), new Reply.Refused(refused.refusal()));
      case Area.Reply.HostIs unasked -> throw new IllegalStateException("not asked: " + unasked);
    };
  }

  private ReplyEffect<Event, DrillState> went(List<Event> events) {
    if (events.isEmpty()) {
      return Effect().noReply();
    }
    boolean isTurn =
        events.stream()
            .anyMatch(e -> e instanceof Event.ReturnStarted || e instanceof Event.DrillEnded);
    return Effect()
        .persist(events)
        .thenRun((DrillState state) -> {
          if (isTurn) {
            began(state);
          }
        })
        .thenNoReply();
  }

  private static boolean isOf(Known state, OperationId operation) {
    return state.job().operation().equals(operation);
  }

  private Reply shown(Known state) {
    return new Reply.Shown(view(state));
  }

  private DrillView view(Known state) {
    String waitsFor = state instanceof Active s ? course.waits(s) : "";
    return DrillViews.view(state, waitsFor, lastSequenceNumber(context));
  }

  private Reply operation(Known state, OperationId operation) {
    if (isOf(state, operation)) {
      return new Reply.OperationShown(view(state).asOperation());
    }
    return state.job().earlier().stream()
        .filter(earlier -> earlier.id().equals(operation.text()))
        .findFirst()
        .<Reply>map(Reply.OperationShown::new)
        .orElseGet(() -> notFound("no operation " + operation));
  }

  private Reply notFound(String detail) {
    return new Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, detail));
  }

  private Reply refused(String detail) {
    return new Reply.Refused(Refusal.of(Refusal.Kind.CONFLICT, detail));
  }
}
