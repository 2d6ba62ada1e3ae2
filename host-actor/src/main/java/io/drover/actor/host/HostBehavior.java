package io.drover.actor.host;

import io.drover.actor.InMemory;
import io.drover.actor.Journaling;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.On;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.host.HostState.Unregistered;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.HostLoss.Input;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
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

/** How a {@link Host} decides and acts. */
final class HostBehavior extends EventSourcedBehavior<Command, Event, HostState> {
  private final HostId host;
  private final EntitySettings settings;
  private final InstantSource clock;
  private final TimerScheduler<Command> timers;
  private final HostVoice voice;
  private final LeaseVoice leases;
  private final ClaimDesk claims;
  private final ChangeDesk changes;
  private final Host.Ports ports;
  private final LossActs acts;
  private final SessionDesk sessions;
  private final InMemory memory;
  private AgentLink link; // this and the next: replaced when the entity restarts
  private LossWatch watch;

  static Behavior<Command> create(
      HostId host, PersistenceId persistenceId, Host.Ports ports, InMemory memory) {
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(ports.settings().restAfter(), new ToSelf.Idle());
      return Behaviors.withTimers(
          timers -> new HostBehavior(host, persistenceId, ports, context, timers, memory));
    });
  }

  private HostBehavior(
      HostId host,
      PersistenceId persistenceId,
      Host.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      InMemory memory) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.host = host;
    this.settings = ports.settings();
    this.clock = ports.clock();
    this.timers = timers;
    this.memory = memory;
    ActorRef<Host.Need> needs = context.messageAdapter(Host.Need.class, ToSelf.NeedAnswered::new);
    this.voice = new HostVoice(host, ports.peers(), needs, settings, context.getLog());
    this.leases =
        new LeaseVoice(
            host,
            ports,
            settings.orderRetry(),
            context.messageAdapter(Host.Candidates.class, ToSelf.WitnessesFound::new),
            context.getLog());
    this.claims = new ClaimDesk(host);
    this.changes = new ChangeDesk(host, clock);
    this.ports = ports;
    this.acts = new LossActs(host, ports, context, timers);
    this.sessions = new SessionDesk(host, ports, voice, leases, acts);
    this.link = new AgentLink(elapsed());
    this.watch = new LossWatch(ports, acts);
  }

  @Override
  public HostState emptyState() {
    return new Unregistered();
  }

  @Override
  public CommandHandler<Command, Event, HostState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<HostState, Event> eventHandler() {
    return HostState::evolve;
  }

  @Override
  public SignalHandler<HostState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(PostStop.instance(), _ -> acts.withdraw())
        .build();
  }

  @Override
  public Set<String> tagsFor(Event event) {
    return Set.of(FleetEvent.TAG);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return Journaling.snapshots(settings);
  }

  private void onRecovered(HostState state) {
    link = new AgentLink(elapsed());
    watch = new LossWatch(ports, acts);
    acts.withdraw(); // what an incarnation began whose write failed
    if (state instanceof Registered r) {
      begin();
      voice.offer(r, link);
    }
  }

  /** It is registered, here or by an earlier incarnation. */
  private void begin() {
    memory.exists(true);
    timers.startTimerWithFixedDelay("tick", new ToSelf.Tick(), settings.heartbeatInterval());
    timers.startTimerWithFixedDelay(
        "claims", new ToSelf.CheckClaims(), settings.leakCheckInterval());
  }

  private Effect<Event, HostState> decide(HostState state, Command command) {
    return switch (new On<>(state, command)) {
      case On(HostState s, Command.AttachAgent c) -> attach(s, c);
      case On(Registered s, Command.AgentSaid c) -> react(s, sessions.said(s, c, link, watch));
      case On(Registered s, Command.DetachAgent c) when link.isCurrent(c.sessionId()) ->
          react(s, sessions.detach(s, "its agent's session is over", link, watch));
      case On(HostState s, Command.CheckSession c) -> say(() -> voice.checkSession(c, link));
      case On(Registered s, Command.Claim c) -> react(s, claims.claim(s, c, link, now()));
      case On(Registered s, Command.ReleaseClaim c) when s.facts().claimOf(c.owner()).isPresent() ->
          say(() -> voice.askOwner(c.owner(), link));
      case On(Registered s, Command.HandOverClaim c) ->
          react(s, claims.handOver(s, c, link, now()));
      case On(Registered s, Command.Instruct c) ->
          react(
              s,
              claims.instruct(s, c, link, now(), next -> voice.instruct(next, c, link, elapsed())));
      case On(HostState s, Command.ReportGuest c) -> say(() -> reportGuest(s, c.vm()));
      case On(Registered s, Command.UpholdFence c) -> uphold(s, c);
      case On(Registered s, Command.SendOffer _) -> say(() -> voice.offer(s, link));
      case On(HostState s, Command.UpdateEndpoints c) ->
          say(() -> voice.updateEndpoints(c.endpoints(), link));
      case On(HostState s, Command.Change c) -> change(s, c);
      case On(Registered s, Command.IfUnchanged c) when s.facts().version() != c.version() ->
          Effect().reply(c.change().replyTo(), changes.changed(s, c.version()));
      case On(HostState s, Command.IfUnchanged c) -> change(s, c.change());
      case On(Registered s, Command.Get c) ->
          Effect().reply(c.replyTo(), changes.shown(s, link, watch));
      case On(Registered s, ToSelf.Tick _) -> tick(s);
      case On(Registered s, ToSelf.CheckClaims _) when s.facts().safety().fenced().isEmpty() ->
          say(() -> {
            voice.askOwners(s, link);
            voice.reportIncoming(link);
          });
      case On(Registered s, ToSelf.NeedAnswered c) ->
          react(s, claims.needAnswered(s, c.need(), link, now()));
      case On(Registered s, ToSelf.FenceEnded c)
          when !s.facts().safety().fences().awaits(c.number()) ->
          say(() -> acts.ignore(c)); // of an earlier loss: it proves nothing of this one
      case On(Registered s, ToSelf.OfLoss c) -> react(s, watch.on(s, c::at));
      case On(Registered s, ToSelf.WitnessesFound c) ->
          react(s, leases.found(s, c.candidates(), link, now()));
      case On(Unregistered _, ToSelf.Idle _) -> say(memory::mayRest);
      case On(Unregistered _, Command.Claim c) ->
          Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.owner(), "it is not known"));
      case On(Unregistered _, Command.HandOverClaim c) ->
          Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.toOwner(), "it is not known"));
      case On(Unregistered _, Command.Instruct c) ->
          Effect()
              .reply(
                  c.replyTo(), HostVoice.unanswered(host, c.orderId(), "it is not known", false));
      case On(Unregistered _, Command.Get c) -> Effect().reply(c.replyTo(), changes.notFound());
      // Late news of a session that is over, or of a claim that is gone: nothing to do any more.
      case On(Unregistered _, _), On(HostState.Available _, _), On(HostState.Cordoned _, _) ->
          Effect().none();
    };
  }

  private Effect<Event, HostState> change(HostState state, Command.Change change) {
    return switch (state) {
      case Registered s -> react(s, changes.change(s, change, link, watch));
      case Unregistered _ -> Effect().reply(change.replyTo(), changes.notFound());
    };
  }

  /** The welcome comes with an offer of its own. */
  private Effect<Event, HostState> attach(HostState state, Command.AttachAgent c) {
    Reaction reaction = sessions.attach(state, c, link, watch);
    return reaction.events().isEmpty()
        ? Effect().none()
        : Effect()
            .persist(reaction.events())
            .thenRun(s -> {
              begin();
              reaction.then().accept((Registered) s);
            });
  }

  private void reportGuest(HostState state, VmId vm) {
    link.session()
        .ifPresentOrElse(
            s -> voice.reportGuest(vm, s, link), () -> leases.reportUnattached(vm, state));
  }

  /** The fence may have ended since the VM heard of it, here or in another incarnation. */
  private Effect<Event, HostState> uphold(Registered state, Command.UpholdFence c) {
    Optional<FenceProof> proof = state.facts().safety().fenced();
    return proof.isEmpty()
        ? say(() -> reportGuest(state, c.vm()))
        : Effect()
            .persist(new Event.HostFenced(proof.get(), now()))
            .thenRun(_ -> ports.peers().fenceUpheld(c.vm(), host, c.runEpoch(), proof.get()));
  }

  private Effect<Event, HostState> say(Runnable words) {
    words.run();
    return Effect().none();
  }

  private Effect<Event, HostState> tick(Registered state) {
    Duration now = elapsed();
    link.ticked(now, settings.heartbeatInterval().multipliedBy(2));
    voice.expireOrders(state, link, now);
    if (link.session().isPresent()) {
      return react(state, sessions.tick(state, link, watch));
    }
    if (watch.isOn()) {
      leases.repeatFenced(state, now);
      return react(state, watch.on(state, Input.Tick::new));
    }
    if (now.minus(link.recoveredAt).compareTo(settings.sessionTimeout()) < 0) {
      return Effect().none(); // control has moved: the agent has time to come back
    }
    return react(
        state,
        state.facts().attached()
            ? sessions.detach(state, "its agent has not come back since control moved", link, watch)
            : watch.begin(state));
  }

  private Effect<Event, HostState> react(Registered state, Reaction reaction) {
    if (reaction.events().isEmpty()) {
      reaction.then().accept(state);
      return Effect().none();
    }
    boolean fenced = reaction.events().stream().anyMatch(Event.HostFenced.class::isInstance);
    return Effect()
        .persist(reaction.events())
        .thenRun(s -> {
          Registered next = (Registered) s;
          voice.offer(next, link);
          reaction.then().accept(next);
          if (fenced) {
            leases.fenced(next, link, elapsed());
          }
        });
  }

  private Instant now() {
    return clock.instant();
  }

  /** By a clock that nobody sets: for whatever is measured. */
  private Duration elapsed() {
    return Duration.ofNanos(ports.fencing().monotonic().getAsLong());
  }
}
