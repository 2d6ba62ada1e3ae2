package io.drover.actor.vm;

import io.drover.actor.InMemory;
import io.drover.actor.Journaling;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.RequestRules.Answer;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Settling;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
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
  /** What a VM says to itself. */
  sealed interface Internal extends Command {
    record PlacementAnswered(Placement placement) implements Internal {}

    record PlacementTimedOut() implements Internal {}

    record OrderEnded(OrderOutcome outcome) implements Internal {}

    /** An order got no answer: order again what is still wanted. */
    record Retry() implements Internal {}

    record Look() implements Internal {}

    record Idle() implements Internal {}

    /** Time to ask whether it may come home. */
    record AskHome() implements Internal {}

    record HomeAnswered(Scheduler.HomeReply reply) implements Internal {}
  }

  private final VmId vm;
  private final Vm.Ports ports;
  private final TimerScheduler<Command> timers;
  private final InMemory memory;
  private final VmOrders orders;
  private final ActorRef<Placement> placements;
  private VmReality reality; // replaced when the entity restarts after a failed write
  private HostSearch search; // with it
  private final Placings placings;
  private final WayHome wayHome;

  VmBehavior(
      VmId vm,
      PersistenceId persistenceId,
      Vm.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      InMemory memory) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.vm = vm;
    this.ports = ports;
    this.timers = timers;
    this.memory = memory;
    this.placements = context.messageAdapter(Placement.class, Internal.PlacementAnswered::new);
    this.orders =
        new VmOrders(
            vm,
            ports.routes(),
            ports.ids(),
            ports.settings().orderDeadline(),
            context.messageAdapter(OrderOutcome.class, Internal.OrderEnded::new));
    this.placings = new Placings(ports, timers);
    this.wayHome = new WayHome(vm, ports, timers, context);
    this.reality = newReality();
    this.search = newSearch();
  }

  private HostSearch newSearch() {
    return new HostSearch(vm, ports, placings, placements, reality, orders);
  }

  private VmReality newReality() {
    return new VmReality(
        orders,
        ports.peers(),
        ports.settings(),
        ports.clock(),
        () -> timers.startSingleTimer(new Internal.Retry(), ports.settings().orderRetry()),
        () -> timers.startSingleTimer(new Internal.Look(), ports.settings().leakCheckInterval()));
  }

  static Behavior<Command> create(
      VmId vm, PersistenceId persistenceId, Vm.Ports ports, InMemory memory) {
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(ports.settings().restAfter(), new Internal.Idle());
      return Behaviors.withTimers(
          timers -> new VmBehavior(vm, persistenceId, ports, context, timers, memory));
    });
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
    return Journaling.snapshots(ports.settings());
  }

  private void onRecovered(VmState state) {
    reality = newReality();
    search = newSearch();
    placings.end();
    reality.look(state);
    memory.exists(state.exists());
    wayHome.enter(state);
  }

  private Effect<Event, VmState> decide(VmState state, Command command) {
    Effect<Event, VmState> effect = answer(state, command);
    if (!(command instanceof Internal.PlacementAnswered)) { // which may create it
      forgetAbsence(state);
    }
    return effect;
  }

  /**
   * What is not there may be created by another incarnation, as long as the cluster is of two
   * minds: the next one who asks has the journal read again.
   */
  private void forgetAbsence(VmState state) {
    if (state instanceof Absent && placings.current().isEmpty()) {
      memory.mayRest();
    }
  }

  private Effect<Event, VmState> answer(VmState state, Command command) {
    return switch (command) {
      case Request c -> request(state, c);
      case FromMigration c -> fromMigration(state, c);
      case FromHost.GuestReported c -> {
        search.hostIsBack(state, c.host());
        yield persist(reality.reported(state, c));
      }
      case FromHost.HostAttached c -> {
        search.hostIsBack(state, c.host());
        yield persist(reality.attached(state, c));
      }
      case FromHost.HostFenced c -> react(state, search.fenced(state, c));
      case FromHost.FenceUpheld c -> react(state, search.upheld(state, c));
      case FromHost.HostDetached c -> quietly(() -> reality.detached(c.host()));
      case FromHost.StillNeeds c ->
          Effect()
              .reply(
                  c.replyTo(),
                  new Host.Need(vm, c.question(), search.needsClaimAt(state, c.host())));
      case Internal.PlacementAnswered c -> react(state, search.placed(state, c.placement()));
      case Internal.PlacementTimedOut _ -> react(state, search.timedOut(state));
      case Internal.OrderEnded c when search.isOfLeaving(state, c.outcome()) ->
          react(state, search.removed(state, c.outcome()));
      case Internal.OrderEnded c -> persist(reality.orderEnded(state, c.outcome()));
      case Internal.Retry _ -> {
        reality.act(state);
        yield react(state, search.unleased(state));
      }
      case Internal.Look _ -> quietly(() -> reality.look(state));
      case Internal.Idle _ when state.mayRest() && placings.current().isEmpty() ->
          quietly(memory::mayRest);
      case Internal.Idle _ -> Effect().none();
      case Internal.AskHome _ -> quietly(() -> wayHome.ask(state, reality.sightings()));
      case Internal.HomeAnswered c ->
          quietly(() -> wayHome.answered(state, c.reply(), reality.sightings()));
    };
  }

  private Effect<Event, VmState> quietly(Runnable work) {
    work.run();
    return Effect().none();
  }

  private Effect<Event, VmState> request(VmState state, Request command) {
    return switch (RequestRules.answer(
        vm, state, command, placings.current(), reality.sightings(), now())) {
      case Answer.Say a -> Effect().reply(command.replyTo(), a.reply());
      case Answer.Do a -> {
        reality.tryAgain();
        yield Effect()
            .persist(a.events())
            .thenRun(s -> {
              act(s);
              if (s instanceof Settling settling) {
                reality.discardCopy(s, settling.migration());
              }
            })
            .thenReply(command.replyTo(), _ -> a.reply());
      }
      case Answer.Place a -> quietly(() -> search.begin(a));
      case Answer.Join a -> quietly(() -> placings.join(a.placing()));
    };
  }

  private Effect<Event, VmState> react(VmState state, Reaction reaction) {
    if (reaction.events().isEmpty()) {
      reaction.then().accept(state);
      forgetAbsence(state);
      return Effect().none();
    }
    return Effect()
        .persist(reaction.events())
        .thenRun(s -> {
          act(s);
          wayHome.enter(s);
          reaction.then().accept(s);
        });
  }

  private Effect<Event, VmState> fromMigration(VmState state, FromMigration command) {
    if (command instanceof FromMigration.SwitchOver asked) {
      reality.discardCopy(state, asked.migration());
    }
    MigrationRules.Ruling ruling = MigrationRules.rule(vm, state, command, now());
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

  private Effect<Event, VmState> persist(Optional<Event> event) {
    return event
        .<Effect<Event, VmState>>map(e -> Effect().persist(e).thenRun(this::act))
        .orElseGet(() -> Effect().none());
  }

  private void act(VmState state) {
    reality.act(state);
    memory.exists(state.exists());
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
