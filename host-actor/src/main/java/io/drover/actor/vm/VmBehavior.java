package io.drover.actor.vm;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host;
import io.drover.actor.host.Host.OrderOutcome;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.GuestRules.Verdict;
import io.drover.actor.vm.Profile.Grant;
import io.drover.actor.vm.RequestRules.Answer;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.Reply;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Failed;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.Starting;
import io.drover.actor.vm.VmState.Stopped;
import io.drover.actor.vm.VmState.Stopping;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * How a {@link Vm} decides and acts. What to do is decided by pure rules ({@link RequestRules},
 * {@link MigrationRules}, {@link GuestRules}); here it is persisted, answered and ordered.
 */
final class VmBehavior extends EventSourcedBehavior<Command, Event, VmState> {
  /** Tries to stop a guest before the operation fails; the VM goes on trying when asked again. */
  static final int STOP_LIMIT = 5;

  private static final Duration RETRY_DELAY = Duration.ofSeconds(5);
  private static final int SNAPSHOTS_KEPT = 2;

  /** What a VM says to itself. */
  sealed interface Internal extends Command {
    record PlacementAnswered(Placement placement) implements Internal {}

    record PlacementTimedOut() implements Internal {}

    record OrderEnded(OrderOutcome outcome) implements Internal {}

    /** An order got no answer: order again what is still wanted. */
    record Retry() implements Internal {}
  }

  private final VmId vm;
  private final Routes routes;
  private final VmPeers peers;
  private final EntitySettings settings;
  private final InstantSource clock;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final VmOrders orders;
  private final ActorRef<Placement> placements;
  private Sightings sightings = new Sightings();
  private Optional<Placing> placing = Optional.empty();
  private Epoch clearedFor = Epoch.NONE;
  private int stopAttempts;

  VmBehavior(
      VmId vm,
      PersistenceId persistenceId,
      Vm.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(
        persistenceId,
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.vm = vm;
    this.routes = ports.routes();
    this.peers = ports.peers();
    this.settings = ports.settings();
    this.clock = ports.clock();
    this.context = context;
    this.timers = timers;
    this.placements = context.messageAdapter(Placement.class, Internal.PlacementAnswered::new);
    this.orders =
        new VmOrders(
            vm,
            routes,
            ports.ids(),
            settings.orderDeadline(),
            context.messageAdapter(OrderOutcome.class, Internal.OrderEnded::new));
  }

  static Behavior<Command> create(VmId vm, PersistenceId persistenceId, Vm.Ports ports) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new VmBehavior(vm, persistenceId, ports, context, timers)));
  }

  @Override
  public VmState emptyState() {
    return new Absent();
  }

  @Override
  public CommandHandler<Command, Event, VmState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<VmState, Event> eventHandler() {
    return VmState::evolve;
  }

  @Override
  public SignalHandler<VmState> signalHandler() {
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
    return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), SNAPSHOTS_KEPT);
  }

  private void onRecovered(VmState state) {
    sightings = new Sightings();
    placing = Optional.empty();
    clearedFor = Epoch.NONE;
    stopAttempts = 0;
    act(state);
    if (state instanceof Granted s) {
      orders.askAfterGuest(s.grant().host());
    }
  }

  private Effect<Event, VmState> decide(VmState state, Command command) {
    return switch (command) {
      case Request c -> request(state, c);
      case FromMigration c -> fromMigration(state, c);
      case FromHost.GuestReported c -> {
        sightings.reported(c.host(), c.guest());
        yield apply(state, GuestRules.seen(state, c.host(), c.guest(), false));
      }
      case FromHost.HostAttached c -> {
        boolean restarted = sightings.attached(c.host(), c.incarnation(), c.guest());
        yield apply(
            state,
            c.guest()
                .map(g -> GuestRules.seen(state, c.host(), g, true))
                .orElseGet(() -> GuestRules.missing(state, c.host(), restarted)));
      }
      case FromHost.HostDetached c -> {
        sightings.detached(c.host());
        yield Effect().none();
      }
      case FromHost.StillNeeds c ->
          Effect().reply(c.replyTo(), new Host.Need(vm, needsClaimAt(state, c.host())));
      case Internal.PlacementAnswered c -> placed(state, c.placement());
      case Internal.PlacementTimedOut _ ->
          refusePlacing(
              Refusal.of(
                  Refusal.Kind.UNAVAILABLE,
                  "the scheduler did not answer within " + settings.placementTimeout()));
      case Internal.OrderEnded c -> orderEnded(state, c.outcome());
      case Internal.Retry _ -> {
        act(state);
        yield Effect().none();
      }
    };
  }

  private Effect<Event, VmState> request(VmState state, Request command) {
    return switch (RequestRules.answer(vm, state, command, placing, sightings, clock.instant())) {
      case Answer.Say a -> Effect().reply(command.replyTo(), a.reply());
      case Answer.Do a -> {
        stopAttempts = 0;
        yield Effect()
            .persist(a.events())
            .thenRun(this::act)
            .thenReply(command.replyTo(), _ -> a.reply());
      }
      case Answer.Place a -> {
        placing = Optional.of(a.placing());
        timers.startSingleTimer(new Internal.PlacementTimedOut(), settings.placementTimeout());
        askScheduler(a.area(), a.spec(), a.wanted());
        yield Effect().none();
      }
      case Answer.Join a -> {
        placing = Optional.of(a.placing());
        yield Effect().none();
      }
    };
  }

  private void askScheduler(AreaId area, GuestSpec spec, Optional<HostId> wanted) {
    routes.tell(
        Scheduler.TYPE_KEY,
        area.name(),
        new Scheduler.Command.PlaceVm(vm, spec, wanted, placements));
  }

  private Effect<Event, VmState> placed(VmState state, Placement placement) {
    if (placing.isEmpty()) {
      giveBack(state, placement);
      return Effect().none();
    }
    return switch (placement) {
      case Placement.Refused p -> refusePlacing(p.refusal());
      case Placement.Placed p -> {
        Placing done = placing.get();
        Optional<List<Event>> events =
            RequestRules.placed(vm, state, done, p.host(), clock.instant());
        if (events.isEmpty()) {
          giveBack(state, placement);
          yield refusePlacing(
              Refusal.of(
                  Refusal.Kind.CONFLICT, "%s is %s".formatted(vm, MigrationRules.name(state))));
        }
        endPlacing();
        yield Effect()
            .persist(events.get())
            .thenRun(s -> {
              act(s);
              done.waiting().forEach(w -> w.tell(placedReply(done, (Known) s)));
            });
      }
    };
  }

  private Reply placedReply(Placing done, Known state) {
    return switch (done) {
      case Placing.ForCreate _ -> new Reply.Shown(VmViews.of(state, sightings));
      case Placing.ForStart p ->
          new Reply.Accepted(state.vm().operation(p.request().operation()).orElseThrow());
    };
  }

  private Effect<Event, VmState> refusePlacing(Refusal refusal) {
    placing.ifPresent(p -> p.waiting().forEach(w -> w.tell(new Reply.Refused(refusal))));
    endPlacing();
    return Effect().none();
  }

  private void endPlacing() {
    placing = Optional.empty();
    timers.cancel(new Internal.PlacementTimedOut());
  }

  /** A claim that came too late: nobody waits for it any more. */
  private void giveBack(VmState state, Placement placement) {
    if (placement instanceof Placement.Placed p && !needsClaimAt(state, p.host())) {
      orders.releaseClaim(p.host());
    }
  }

  private boolean needsClaimAt(VmState state, HostId host) {
    return placing.isPresent()
        || (state instanceof Granted s
            && (s.grant().host().equals(host)
                || (s instanceof Settling settling && settling.source().equals(host))));
  }

  private Effect<Event, VmState> fromMigration(VmState state, FromMigration command) {
    MigrationRules.Ruling ruling = MigrationRules.rule(vm, state, command, clock.instant());
    return ruling
        .event()
        .map(e ->
            Effect()
                .persist(e)
                .thenRun(s -> {
                  act(s);
                  if (e instanceof Event.MigrationEnded && s instanceof Granted g) {
                    orders.askAfterGuest(g.grant().host());
                  }
                })
                .thenReply(command.replyTo(), _ -> ruling.reply()))
        .orElseGet(() -> Effect().reply(command.replyTo(), ruling.reply()));
  }

  private Effect<Event, VmState> apply(VmState state, Verdict verdict) {
    switch (verdict) {
      case Verdict.Nothing _ -> {}
      case Verdict.Runs _ -> {
        Grant grant = ((Granted) state).grant();
        return persist(new Event.Started(grant.runEpoch(), clock.instant()));
      }
      case Verdict.Lost v -> {
        return persist(lost((Granted) state, v));
      }
      case Verdict.Gone _ -> {
        return persist(RequestRules.gone((Stopping) state, clock.instant()));
      }
      case Verdict.Repeat _ -> act(state);
      case Verdict.Resume _ -> {
        Granted s = (Granted) state;
        orders.resume(s.grant(), s.vm().spec());
      }
      case Verdict.Remove v -> orders.cleanUp(v);
      case Verdict.Pause v -> {
        context.getLog().error("guest without a grant paused vm={} host={}", vm, v.host());
        orders.cleanUp(v);
      }
      case Verdict.Discard v -> orders.cleanUp(v);
      case Verdict.GiveUp v -> peers.cancelMigration(v.migration(), v.reason());
    }
    return Effect().none();
  }

  private Event lost(Granted state, Verdict.Lost v) {
    Instant now = clock.instant();
    long restarts = state.vm().restartsSince(now.minus(settings.restartWindow()));
    return v.counted() && restarts >= settings.restartLimit()
        ? new Event.Failed(
            "%s; restarted %d times in %s already"
                .formatted(v.reason(), restarts, settings.restartWindow()),
            now)
        : new Event.Granted(
            state.grant().host(), VmState.nextEpoch(state.vm()), v.reason(), v.counted(), now);
  }

  private Effect<Event, VmState> persist(Event event) {
    return Effect().persist(event).thenRun(this::act);
  }

  private Effect<Event, VmState> orderEnded(VmState state, OrderOutcome outcome) {
    if (state instanceof Granted s && s.grant().host().equals(outcome.host())) {
      boolean run = outcome.orderId().equals(orders.runId(s.grant()));
      boolean clear = outcome.orderId().equals(orders.clearId(s.grant()));
      boolean stop = s instanceof Stopping && orders.isStop(outcome.orderId(), s.grant());
      if (run || clear || stop) {
        return switch (outcome) {
          case OrderOutcome.Unanswered o -> retryLater(o.reason());
          case OrderOutcome.Answered o when run -> ran(s, o);
          case OrderOutcome.Answered o when stop -> stopped((Stopping) s, o);
          case OrderOutcome.Answered _ -> {
            clearedFor = s.grant().runEpoch();
            act(state);
            yield Effect().none();
          }
        };
      }
    }
    return Effect().none(); // of an earlier grant, or of a clean-up that the next session repeats
  }

  private Effect<Event, VmState> retryLater(String reason) {
    context.getLog().warn("order unanswered vm={} reason={}", vm, reason);
    timers.startSingleTimer(new Internal.Retry(), RETRY_DELAY);
    return Effect().none();
  }

  private Effect<Event, VmState> ran(Granted state, OrderOutcome.Answered answer) {
    boolean awaited = state instanceof Starting || (state instanceof Settling s && !s.confirmed());
    if (!awaited) {
      return Effect().none();
    }
    return switch (answer.outcome()) {
      case Outcome.Done _ -> apply(state, new Verdict.Runs());
      case Outcome.Guest o -> {
        sightings.reported(answer.host(), o.status());
        yield apply(state, GuestRules.seen(state, answer.host(), o.status(), false));
      }
      case Outcome.Failed o ->
          apply(state, GuestRules.startFailed(state.grant(), o.code() + " " + o.detail()));
      case Outcome.Console _,
          Outcome.TargetPrepared _,
          Outcome.SourceStopped _,
          Outcome.GuestVerified _ ->
          Effect().none();
    };
  }

  private Effect<Event, VmState> stopped(Stopping state, OrderOutcome.Answered answer) {
    boolean failed =
        answer.outcome() instanceof Outcome.Failed f
            && f.code() != FailureCode.NO_SUCH_GUEST
            && f.code() != FailureCode.STALE_RUN_EPOCH;
    if (!failed) {
      return apply(state, new Verdict.Gone());
    }
    stopAttempts++;
    return stopAttempts < STOP_LIMIT
        ? retryLater(answer.outcome().toString())
        : Effect().persist(RequestRules.stuck(state, answer.outcome().toString(), clock.instant()));
  }

  /** What the state wants done. Also run after recovery: every step may be repeated. */
  private void act(VmState state) {
    switch (state) {
      case Starting s -> run(s);
      case Settling s when !s.confirmed() -> run(s);
      case Stopping s ->
          orders.stop(
              s.grant(),
              s.vm().pending().map(Profile.Pending::grace).orElse(Duration.ZERO),
              stopAttempts);
      case UnderMigration s when RequestRules.cancelsMigration(s) ->
          peers.cancelMigration(s.migration(), "the VM is to " + s.vm().pending().get().work());
      case Failed s ->
          s.vm()
              .grant()
              .ifPresent(g -> {
                orders.remove(g.host(), g.runEpoch());
                orders.releaseClaim(g.host());
              });
      case Stopped s -> s.vm().grant().ifPresent(g -> orders.releaseClaim(g.host()));
      case VmState.Deleted s -> s.vm().grant().ifPresent(g -> orders.releaseClaim(g.host()));
      case Absent _, VmState.Running _, UnderMigration _ -> {}
    }
  }

  private void run(Granted state) {
    Grant grant = state.grant();
    if (grant.replaces() && !clearedFor.equals(grant.runEpoch())) {
      orders.clear(grant);
    } else {
      orders.run(grant, state.vm().spec());
    }
  }
}
