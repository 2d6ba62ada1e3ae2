package io.drover.actor.migration;

import io.drover.actor.Journaling;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.api.MigrationView.PhaseEntry;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.migration.Migration.Command;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.Migration.Ports;
import io.drover.actor.migration.Migration.Reply;
import io.drover.actor.migration.Migration.Request;
import io.drover.actor.migration.MigrationAlarms.Alarm;
import io.drover.actor.migration.MigrationState.Abandoning;
import io.drover.actor.migration.MigrationState.Committed;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.Over;
import io.drover.actor.migration.MigrationState.Revocable;
import io.drover.actor.migration.MigrationState.RollingBack;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.units.MigrationId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/**
 * The actor around a {@link MigrationCourse}: journals what it decides, answers people, and keeps
 * its alarms. Create it with {@link Migration#create}.
 */
final class MigrationBehavior
    extends EventSourcedBehaviorWithEnforcedReplies<Command, Event, MigrationState> {
  private final MigrationId id;
  private final ActorContext<Command> context;
  private final Ports ports;
  private final Runnable rest;
  private final MigrationCourse course;
  private final MigrationViews views;
  private Optional<Phase> phaseObserved = Optional.empty();

  /** Answers and alarms; they never leave the entity's node. */
  sealed interface Internal extends Command {
    record VmSaid(Vm.MigrationReply reply) implements Internal {}

    record SchedulerSaid(Scheduler.Placement placement) implements Internal {}

    record OrderEnded(OrderOutcome outcome) implements Internal {}

    record ClaimAnswered(ClaimReply reply) implements Internal {}

    record HostSeen(Host.Reply reply) implements Internal {}

    /**
     * It is time.
     *
     * @param entry of the state it was set for; another one has been entered when they differ
     */
    record Rang(Alarm alarm, int entry) implements Internal {}
  }

  static Behavior<Command> create(
      MigrationId id, PersistenceId persistenceId, Ports ports, Runnable rest) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(
            timers -> new MigrationBehavior(id, persistenceId, ports, context, timers, rest)));
  }

  private MigrationBehavior(
      MigrationId id,
      PersistenceId persistenceId,
      Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Runnable rest) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.id = id;
    this.context = context;
    this.ports = ports;
    this.rest = rest;
    MigrationTools tools =
        new MigrationTools(
            id,
            ports.settings(),
            new MigrationSteps(id, ports.routes(), mailboxes(context)),
            new TimerAlarms(timers, context.getSelf()),
            new MigrationProgress(),
            ports.clock());
    this.course = new MigrationCourse(tools);
    this.views = new MigrationViews(tools);
  }

  private static MigrationSteps.Mailboxes mailboxes(ActorContext<Command> context) {
    return new MigrationSteps.Mailboxes(
        context.messageAdapter(Vm.MigrationReply.class, Internal.VmSaid::new),
        context.messageAdapter(Scheduler.Placement.class, Internal.SchedulerSaid::new),
        context.messageAdapter(OrderOutcome.class, Internal.OrderEnded::new),
        context.messageAdapter(ClaimReply.class, Internal.ClaimAnswered::new),
        context.messageAdapter(Host.Reply.class, Internal.HostSeen::new));
  }

  /** An alarm that is due at once is a message: timers have a resolution of several ms. */
  private record TimerAlarms(TimerScheduler<Command> timers, ActorRef<Command> self)
      implements MigrationAlarms {
    @Override
    public void ring(Alarm alarm, Duration after, int entry) {
      if (after.isZero()) {
        self.tell(new Internal.Rang(alarm, entry));
      } else {
        timers.startSingleTimer(alarm, new Internal.Rang(alarm, entry), after);
      }
    }

    @Override
    public void cancelAll() {
      timers.cancelAll();
    }
  }

  @Override
  public MigrationState emptyState() {
    return new MigrationState.Empty();
  }

  @Override
  public CommandHandlerWithReply<Command, Event, MigrationState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<MigrationState, Event> eventHandler() {
    return MigrationHistory::evolve;
  }

  @Override
  public SignalHandler<MigrationState> signalHandler() {
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

  private ReplyEffect<Event, MigrationState> decide(MigrationState state, Command command) {
    return switch (command) {
      case Request.Start c -> start(state, c);
      case Request.Cancel c -> cancel(state, c);
      case Request.Get c -> Effect().reply(c.replyTo(), shown(state));
      case Notice.StillNeeds c when state.owesClaimAt(c.host()) -> {
        course.handOverLate(state, c.host());
        yield Effect().noReply();
      }
      case Notice.StillNeeds c ->
          Effect()
              .reply(c.replyTo(), new Host.Need(id, c.question(), state.needsClaimAt(c.host())));
      case Notice c -> went(course.hear(state, c));
      case Internal.Rang c when c.alarm() == Alarm.REST && mayRest(state) -> {
        rest.run();
        yield Effect().noReply();
      }
      case Internal c -> went(course.hear(state, c));
    };
  }

  /**
   * All it had to do is done, or it never was. A host that asks about a claim wakes it; until it is
   * over it is remembered by its shard, and stays in memory.
   */
  private static boolean mayRest(MigrationState state) {
    return state instanceof Over || state instanceof Empty;
  }

  private ReplyEffect<Event, MigrationState> went(Optional<Event> event) {
    return event.map(this::journal).orElseGet(() -> Effect().noReply());
  }

  private ReplyEffect<Event, MigrationState> journal(Event event) {
    return Effect().persist(event).thenRun(this::entered).thenNoReply();
  }

  private ReplyEffect<Event, MigrationState> journal(Event event, ActorRef<Reply> replyTo) {
    return Effect().persist(event).thenRun(this::entered).thenReply(replyTo, this::shown);
  }

  /** After a failed write it is this object again that recovers. */
  private void recovered(MigrationState state) {
    phaseObserved = phaseOf(state);
    course.recovered(state);
  }

  private void entered(MigrationState state) {
    if (state instanceof Known known && !phaseOf(state).equals(phaseObserved)) {
      PhaseEntry phase = known.job().current();
      phaseObserved = phaseOf(state);
      ports.observer().entered(id, phase.phase(), phase.reason());
    }
    course.entered(state);
  }

  private static Optional<Phase> phaseOf(MigrationState state) {
    return state instanceof Empty ? Optional.empty() : Optional.of(state.phase());
  }

  private ReplyEffect<Event, MigrationState> start(MigrationState state, Request.Start c) {
    return switch (state) {
      case Empty _ -> journal(requested(c), c.replyTo());
      case Known s when s.job().requestDigest().equals(c.requestDigest()) ->
          Effect().reply(c.replyTo(), shown(s));
      case Known _ ->
          Effect()
              .reply(
                  c.replyTo(),
                  refused(
                      Refusal.Kind.IDEMPOTENCY_MISMATCH,
                      "%s was started by another request with the same key".formatted(id)));
    };
  }

  private Event requested(Request.Start c) {
    MigrateRequest request = c.request();
    return new Event.Requested(
        c.vm(),
        c.source(),
        request.target(),
        request.area(),
        request.downtimeLimit().orElse(ports.settings().downtimeLimit()),
        request.bandwidthLimit(),
        c.ifVersion(),
        c.requestDigest(),
        ports.clock().instant());
  }

  private ReplyEffect<Event, MigrationState> cancel(MigrationState state, Request.Cancel c) {
    long version = lastSequenceNumber(context);
    return switch (state) {
      case Empty _ -> Effect().reply(c.replyTo(), shown(state));
      case Known _ when c.ifVersion().filter(v -> v != version).isPresent() ->
          Effect().reply(c.replyTo(), changed(version, c.ifVersion().orElseThrow()));
      case Revocable _ -> journal(course.cancel("cancelled by request"), c.replyTo());
      case Abandoning s -> Effect().reply(c.replyTo(), shown(s));
      case RollingBack s -> Effect().reply(c.replyTo(), shown(s));
      case Over s when s.phase() != Phase.COMPLETED -> Effect().reply(c.replyTo(), shown(s));
      case Committed _, Over _ ->
          Effect()
              .reply(
                  c.replyTo(),
                  refused(
                      Refusal.Kind.CONFLICT,
                      "%s cannot be cancelled in phase %s: the switchover has happened"
                          .formatted(id, state.phase())));
    };
  }

  private Reply shown(MigrationState state) {
    return switch (state) {
      case Empty _ -> refused(Refusal.Kind.NOT_FOUND, "there is no migration " + id);
      case Known known -> new Reply.Shown(views.view(known, lastSequenceNumber(context)));
    };
  }

  private Reply changed(long version, long expected) {
    return new Reply.Refused(Refusal.versionMismatch(id.text(), version, expected));
  }

  private static Reply refused(Refusal.Kind kind, String detail) {
    return new Reply.Refused(new Refusal(kind, detail, Map.of(), List.of()));
  }
}
