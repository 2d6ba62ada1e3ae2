package io.drover.actor.drain;

import io.drover.actor.Journaling;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.drain.Drain.Command;
import io.drover.actor.drain.Drain.Event;
import io.drover.actor.drain.Drain.Ports;
import io.drover.actor.drain.Drain.Reply;
import io.drover.actor.drain.Drain.Request;
import io.drover.actor.drain.DrainState.Aborting;
import io.drover.actor.drain.DrainState.Active;
import io.drover.actor.drain.DrainState.Cordoning;
import io.drover.actor.drain.DrainState.Draining;
import io.drover.actor.drain.DrainState.Idle;
import io.drover.actor.drain.DrainState.Known;
import io.drover.actor.drain.DrainState.On;
import io.drover.actor.drain.DrainState.Over;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.units.HostId;
import io.drover.config.units.OperationId;
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

/** The actor around a {@link DrainCourse}: journals what it decides, and answers people. */
final class DrainBehavior
    extends EventSourcedBehaviorWithEnforcedReplies<Command, Event, DrainState> {
  private final HostId host;
  private final Ports ports;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Runnable rest;
  private final DrainSteps steps;
  private DrainSight sight = new DrainSight(); // replaced when the entity restarts
  private DrainCourse course;

  /** Answers and time; they never leave the entity's node. */
  sealed interface Internal extends Command {
    /** Time to look again. */
    record Tick() implements Internal {}

    record HostSeen(Host.Reply reply) implements Internal {}

    record VmSeen(Vm.Reply reply) implements Internal {}

    record PlacementSeen(Scheduler.Placement placement) implements Internal {}

    record MigrationSeen(Migration.Reply reply) implements Internal {}

    /** Nobody has said anything for a while. */
    record Unused() implements Internal {}
  }

  static Behavior<Command> create(
      HostId host, PersistenceId persistenceId, Ports ports, Runnable rest) {
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(ports.entities().restAfter(), new Internal.Unused());
      return Behaviors.withTimers(
          timers -> new DrainBehavior(host, persistenceId, ports, context, timers, rest));
    });
  }

  private DrainBehavior(
      HostId host,
      PersistenceId persistenceId,
      Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Runnable rest) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.host = host;
    this.ports = ports;
    this.context = context;
    this.timers = timers;
    this.rest = rest;
    this.steps =
        new DrainSteps(
            host,
            ports.routes(),
            new DrainSteps.Mailboxes(
                context.messageAdapter(Host.Reply.class, Internal.HostSeen::new),
                context.messageAdapter(Vm.Reply.class, Internal.VmSeen::new),
                context.messageAdapter(Scheduler.Placement.class, Internal.PlacementSeen::new),
                context.messageAdapter(Migration.Reply.class, Internal.MigrationSeen::new)));
    this.course = course();
  }

  private DrainCourse course() {
    return new DrainCourse(host, ports.settings(), ports.clock(), steps, sight);
  }

  @Override
  public DrainState emptyState() {
    return new Idle();
  }

  @Override
  public CommandHandlerWithReply<Command, Event, DrainState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<DrainState, Event> eventHandler() {
    return DrainState::evolve;
  }

  @Override
  public SignalHandler<DrainState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::recovered)
        .build();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return Journaling.snapshots(ports.entities());
  }

  @Override
  public Set<String> tagsFor(Event event) {
    return Set.of(FleetEvent.TAG);
  }

  private void recovered(DrainState state) {
    forget();
    entered(state);
  }

  /** What was seen is seen again. */
  private void forget() {
    sight = new DrainSight();
    course = course();
  }

  private void entered(DrainState state) {
    switch (state) {
      case Active _ ->
          timers.startTimerWithFixedDelay(
              "tick", new Internal.Tick(), ports.settings().checkInterval());
      case Idle _, Over _ -> timers.cancel("tick");
    }
    course.act(state);
  }

  private ReplyEffect<Event, DrainState> decide(DrainState state, Command command) {
    return switch (new On<>(state, command)) {
      case On(Idle _, Request.Start c) -> start(c);
      case On(Over s, Request.Start c) when !isOf(s, c.operation()) -> start(c);
      case On(Aborting _, Request.Start c) ->
          Effect().reply(c.replyTo(), refused("the last drain of %s is being aborted"));
      case On(Known s, Request.Start c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Cordoning _, Request.Abort c) -> abort(c);
      case On(Draining _, Request.Abort c) -> abort(c);
      case On(Known s, Request.Abort c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Known s, Request.Get c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Known s, Request.GetOperation c) ->
          Effect().reply(c.replyTo(), operation(s, c.operation()));
      case On(Idle _, Request c) -> Effect().reply(c.replyTo(), notFound("no drain of " + host));
      case On(Idle _, Internal.Unused _) -> rested();
      case On(Over _, Internal.Unused _) -> rested();
      case On(DrainState s, Internal i) -> went(course.hear(s, i));
    };
  }

  private ReplyEffect<Event, DrainState> start(Request.Start c) {
    forget();
    return Effect()
        .persist(new Event.DrainStarted(host, c.operation(), ports.clock().instant()))
        .thenRun(this::entered)
        .thenReply(c.replyTo(), s -> shown((Known) s));
  }

  private ReplyEffect<Event, DrainState> abort(Request.Abort c) {
    return Effect()
        .persist(course.abort("aborted by request"))
        .thenRun(this::entered)
        .thenReply(c.replyTo(), s -> shown((Known) s));
  }

  private ReplyEffect<Event, DrainState> rested() {
    rest.run();
    return Effect().noReply();
  }

  private ReplyEffect<Event, DrainState> went(Optional<Event> event) {
    return event
        .map(e -> Effect().persist(e).thenRun(this::entered).thenNoReply())
        .orElseGet(() -> Effect().noReply());
  }

  private static boolean isOf(Known state, OperationId operation) {
    return state.job().operation().equals(operation);
  }

  private Reply shown(Known state) {
    return new Reply.Shown(
        DrainViews.view(state, sight, ports.settings(), lastSequenceNumber(context)));
  }

  private Reply operation(Known state, OperationId operation) {
    if (isOf(state, operation)) {
      return new Reply.OperationShown(
          DrainViews.view(state, sight, ports.settings(), lastSequenceNumber(context))
              .asOperation());
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
    return new Reply.Refused(Refusal.of(Refusal.Kind.CONFLICT, detail.formatted(host)));
  }
}
