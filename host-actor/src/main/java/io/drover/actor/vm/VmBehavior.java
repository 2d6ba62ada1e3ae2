package io.drover.actor.vm;

import io.drover.actor.Journaling;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host;
import io.drover.actor.host.Host.OrderOutcome;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.HostLossRules.Recovery;
import io.drover.actor.vm.RequestRules.Answer;
import io.drover.actor.vm.Vm.Command;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromHost;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.Request;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Spans;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
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
  }

  private final VmId vm;
  private final Vm.Ports ports;
  private final TimerScheduler<Command> timers;
  private final Runnable rest;
  private final VmOrders orders;
  private final ActorRef<Placement> placements;
  private VmReality reality; // replaced when the entity restarts after a failed write
  private final Placings placings;

  VmBehavior(
      VmId vm,
      PersistenceId persistenceId,
      Vm.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Runnable rest) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.vm = vm;
    this.ports = ports;
    this.timers = timers;
    this.rest = rest;
    this.placements = context.messageAdapter(Placement.class, Internal.PlacementAnswered::new);
    this.orders =
        new VmOrders(
            vm,
            ports.routes(),
            ports.ids(),
            ports.settings().orderDeadline(),
            context.messageAdapter(OrderOutcome.class, Internal.OrderEnded::new));
    this.placings = new Placings(ports, timers);
    this.reality = newReality();
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
      VmId vm, PersistenceId persistenceId, Vm.Ports ports, Runnable rest) {
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(ports.settings().restAfter(), new Internal.Idle());
      return Behaviors.withTimers(
          timers -> new VmBehavior(vm, persistenceId, ports, context, timers, rest));
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
    placings.end();
    reality.look(state);
  }

  private Effect<Event, VmState> decide(VmState state, Command command) {
    return switch (command) {
      case Request c -> request(state, c);
      case FromMigration c -> fromMigration(state, c);
      case FromHost.GuestReported c -> {
        hostIsBack(state, c.host());
        yield persist(reality.reported(state, c));
      }
      case FromHost.HostAttached c -> {
        hostIsBack(state, c.host());
        yield persist(reality.attached(state, c));
      }
      case FromHost.HostFenced c -> fenced(state, c);
      case FromHost.FenceUpheld c -> upheld(state, c);
      case FromHost.HostDetached c -> quietly(() -> reality.detached(c.host()));
      case FromHost.StillNeeds c ->
          Effect().reply(c.replyTo(), new Host.Need(vm, needsClaimAt(state, c.host())));
      case Internal.PlacementAnswered c -> placed(state, c.placement());
      case Internal.PlacementTimedOut _ ->
          refusePlacing(
              Refusal.of(
                  Refusal.Kind.UNAVAILABLE,
                  "the scheduler did not answer within "
                      + Spans.text(ports.settings().placementTimeout())));
      case Internal.OrderEnded c -> persist(reality.orderEnded(state, c.outcome()));
      case Internal.Retry _ -> quietly(() -> reality.act(state));
      case Internal.Look _ -> quietly(() -> reality.look(state));
      case Internal.Idle _ when state.mayRest() && placings.current().isEmpty() -> quietly(rest);
      case Internal.Idle _ -> Effect().none();
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
              reality.act(s);
              if (s instanceof Settling settling) {
                reality.discardCopy(s, settling.migration());
              }
            })
            .thenReply(command.replyTo(), _ -> a.reply());
      }
      case Answer.Place a ->
          quietly(() ->
              placings.begin(
                  a.placing(),
                  a.area(),
                  new Scheduler.Command.PlaceVm(vm, a.spec(), a.wanted(), placements)));
      case Answer.Join a -> quietly(() -> placings.join(a.placing()));
    };
  }

  private Effect<Event, VmState> fenced(VmState state, FromHost.HostFenced c) {
    if (placings.current().isPresent()) {
      return Effect().none(); // it is being restarted already; the host repeats itself
    }
    return switch (HostLossRules.fenced(state, c.host(), c.proof(), ports.settings(), now())) {
      case Recovery.Nothing _ -> Effect().none();
      case Recovery.Release _ -> quietly(() -> reality.releaseClaim(c.host()));
      case Recovery.Keep r -> quietly(() -> reality.lost(c.host(), r.reason()));
      case Recovery.Do _ ->
          quietly(() -> orders.upholdFence(c.host(), ((Granted) state).grant().runEpoch()));
      case Recovery.Place r ->
          quietly(() -> {
            reality.lost(c.host(), r.placing().reason());
            placings.begin(
                r.placing(),
                c.host().area(),
                new Scheduler.Command.RestartVm(
                    vm, ((Granted) state).vm().spec(), c.host(), placements));
          });
    };
  }

  private void hostIsBack(VmState state, HostId host) {
    placings
        .hostIsBack(host)
        .filter(found -> !needsClaimAt(state, found))
        .ifPresent(reality::releaseClaim);
  }

  /** The host has confirmed it: what the fence is to lead to may be journaled. */
  private Effect<Event, VmState> upheld(VmState state, FromHost.FenceUpheld c) {
    Optional<HostId> found = placings.foundFor(c.host(), c.runEpoch());
    if (found.isPresent()) {
      return restarted(state, (Placing.ForRestart) placings.current().get(), found.get());
    }
    boolean concerned =
        placings.current().isEmpty()
            && state instanceof Granted s
            && s.grant().runEpoch().equals(c.runEpoch());
    return concerned
            && HostLossRules.fenced(state, c.host(), c.proof(), ports.settings(), now())
                instanceof Recovery.Do r
        ? left(state, c.host(), r.events())
        : Effect().none();
  }

  private Effect<Event, VmState> restarted(
      VmState state, Placing.ForRestart restart, HostId found) {
    Optional<List<Event>> events = RequestRules.placed(vm, state, restart, found, now());
    if (events.isPresent()) {
      placings.end();
      return left(state, restart.lost(), events.get());
    }
    Effect<Event, VmState> refused = refusePlacing(RequestRules.tooLate(vm, state, restart));
    giveBack(state, new Placement.Placed(Optional.of(vm), found));
    return refused;
  }

  /** Its grant on a lost host is over. */
  private Effect<Event, VmState> left(VmState state, HostId lost, List<Event> events) {
    Optional<MigrationId> migration =
        state instanceof UnderMigration m ? Optional.of(m.migration()) : Optional.empty();
    return Effect()
        .persist(events)
        .thenRun(s -> {
          reality.act(s);
          reality.releaseClaim(lost);
          migration.ifPresent(m -> ports.peers().cancelMigration(m, lost + " was fenced"));
        });
  }

  private Effect<Event, VmState> placed(VmState state, Placement placement) {
    if (placings.current().isEmpty()) {
      giveBack(state, placement);
      return Effect().none();
    }
    return switch (placement) {
      case Placement.Refused p -> refusePlacing(p.refusal());
      case Placement.Placed p -> {
        Placing done = placings.current().get();
        if (done instanceof Placing.ForRestart restart) {
          placings.found(p.host());
          orders.upholdFence(restart.lost(), restart.runEpoch());
          yield Effect().none();
        }
        Optional<List<Event>> events = RequestRules.placed(vm, state, done, p.host(), now());
        if (events.isEmpty()) {
          Effect<Event, VmState> refused = refusePlacing(RequestRules.tooLate(vm, state, done));
          giveBack(state, placement); // not before: while it places, it needs every claim
          yield refused;
        }
        placings.end();
        yield Effect()
            .persist(events.get())
            .thenRun(s -> {
              reality.act(s);
              done.waiting()
                  .forEach(w -> w.tell(Placings.reply(done, (Known) s, reality.sightings())));
            });
      }
    };
  }

  private Effect<Event, VmState> refusePlacing(Refusal refusal) {
    placings
        .refuse(refusal)
        .ifPresent(
            r -> reality.lost(r.lost(), r.reason() + "; not restarted yet: " + refusal.detail()));
    return Effect().none();
  }

  /** A claim that came too late: nobody waits for it any more. */
  private void giveBack(VmState state, Placement placement) {
    if (placement instanceof Placement.Placed p && !needsClaimAt(state, p.host())) {
      reality.releaseClaim(p.host());
    }
  }

  private boolean needsClaimAt(VmState state, HostId host) {
    return placings.current().isPresent()
        || (state instanceof Granted s
            && (s.grant().host().equals(host)
                || (s instanceof Settling settling && settling.source().equals(host))));
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
                  reality.act(s);
                  if (e instanceof Event.MigrationEnded && s instanceof Granted g) {
                    orders.askAfterGuest(g.grant().host());
                  }
                })
                .thenReply(command.replyTo(), _ -> ruling.reply()))
        .orElseGet(() -> Effect().reply(command.replyTo(), ruling.reply()));
  }

  private Effect<Event, VmState> persist(Optional<Event> event) {
    return event
        .<Effect<Event, VmState>>map(e -> Effect().persist(e).thenRun(reality::act))
        .orElseGet(() -> Effect().none());
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
