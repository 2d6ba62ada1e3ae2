package io.drover.actor.host;

import static io.drover.actor.host.HostState.evolve;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host.ClaimReply;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.Host.OrderOutcome;
import io.drover.actor.host.Host.Reply;
import io.drover.actor.host.HostState.On;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.host.HostState.Unregistered;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
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
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** How a {@link Host} decides and acts. */
final class HostBehavior extends EventSourcedBehavior<Command, Event, HostState> {
  private static final int SNAPSHOTS_KEPT = 2;

  /** What a host says to itself. */
  sealed interface Internal extends Command {
    /** Time passes: sessions fall silent, orders expire. */
    record Tick() implements Internal {}

    /** Time to ask the owners of the claims. */
    record CheckClaims() implements Internal {}

    record NeedAnswered(Host.Need need) implements Internal {}
  }

  private final HostId host;
  private final EntitySettings settings;
  private final InstantSource clock;
  private final TimerScheduler<Command> timers;
  private final HostVoice voice;
  private AgentLink link; // replaced when the entity restarts after a failed write

  static Behavior<Command> create(
      HostId host,
      PersistenceId persistenceId,
      HostPeers peers,
      EntitySettings settings,
      InstantSource clock) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers ->
            new HostBehavior(host, persistenceId, peers, settings, clock, context, timers)));
  }

  private HostBehavior(
      HostId host,
      PersistenceId persistenceId,
      HostPeers peers,
      EntitySettings settings,
      InstantSource clock,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(
        persistenceId,
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.host = host;
    this.settings = settings;
    this.clock = clock;
    this.timers = timers;
    ActorRef<Host.Need> needs = context.messageAdapter(Host.Need.class, Internal.NeedAnswered::new);
    this.voice = new HostVoice(host, peers, needs, settings, context.getLog());
    this.link = new AgentLink(clock.instant());
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

  private void onRecovered(HostState state) {
    link = new AgentLink(clock.instant());
    if (state instanceof Registered r) {
      startTimers();
      voice.offer(r, link);
    }
  }

  private void startTimers() {
    timers.startTimerWithFixedDelay("tick", new Internal.Tick(), settings.heartbeatInterval());
    timers.startTimerWithFixedDelay(
        "claims", new Internal.CheckClaims(), settings.leakCheckInterval());
  }

  private Effect<Event, HostState> decide(HostState state, Command command) {
    return switch (new On<>(state, command)) {
      case On(HostState s, Command.AttachAgent c) -> attach(s, c);
      case On(Registered s, Command.AgentSaid c) -> agentSaid(s, c);
      case On(Registered s, Command.DetachAgent c) when link.isCurrent(c.sessionId()) ->
          detach("its agent's session is over");
      case On(HostState s, Command.CheckSession c) -> checkSession(c);
      case On(Registered s, Command.Claim c) -> claim(s, c);
      case On(Registered s, Command.ReleaseClaim c) when s.facts().claimOf(c.owner()).isPresent() ->
          persistAndOffer(
              new Event.ClaimReleased(c.owner(), "its owner is done with it", clock.instant()));
      case On(Registered s, Command.HandOverClaim c) -> handOver(s, c);
      case On(Registered s, Command.Instruct c) -> instruct(s, c);
      case On(HostState s, Command.ReportGuest c) -> {
        voice.reportGuest(c.vm(), link);
        yield Effect().none();
      }
      case On(Registered s, Command.SendOffer _) -> {
        voice.offer(s, link);
        yield Effect().none();
      }
      case On(HostState s, Command.UpdateEndpoints c) -> {
        if (link.endpointsAre(c.endpoints())) {
          link.session()
              .ifPresent(open -> open.ref().tell(new AgentSession.UpdateEndpoints(c.endpoints())));
        }
        yield Effect().none();
      }
      case On(HostState.Available _, Command.Cordon c) ->
          persistAndOffer(new Event.Cordoned(clock.instant())).thenReply(c.replyTo(), this::shown);
      case On(HostState.Cordoned s, Command.Cordon c) -> Effect().reply(c.replyTo(), shown(s));
      case On(HostState.Cordoned _, Command.Uncordon c) ->
          persistAndOffer(new Event.Uncordoned(clock.instant()))
              .thenReply(c.replyTo(), this::shown);
      case On(HostState.Available s, Command.Uncordon c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Registered s, Command.Get c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Registered s, Internal.Tick _) -> tick(s);
      case On(Registered s, Internal.CheckClaims _) -> {
        voice.askOwners(s, link);
        yield Effect().none();
      }
      case On(Registered s, Internal.NeedAnswered c) -> needAnswered(s, c.need());
      case On(Unregistered _, Command.Claim c) ->
          Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.owner(), "it is not known"));
      case On(Unregistered _, Command.HandOverClaim c) ->
          Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.toOwner(), "it is not known"));
      case On(Unregistered _, Command.Instruct c) ->
          Effect().reply(c.replyTo(), unanswered(c.orderId(), "it is not known", false));
      case On(Unregistered _, Command.Cordon c) -> Effect().reply(c.replyTo(), notFound());
      case On(Unregistered _, Command.Uncordon c) -> Effect().reply(c.replyTo(), notFound());
      case On(Unregistered _, Command.Get c) -> Effect().reply(c.replyTo(), notFound());
      // Late news of a session that is over, or of a claim that is gone: nothing to do any more.
      case On(Unregistered _, _), On(HostState.Available _, _), On(HostState.Cordoned _, _) ->
          Effect().none();
    };
  }

  private Effect<Event, HostState> attach(HostState state, Command.AttachAgent c) {
    Instant now = clock.instant();
    Optional<AgentLink.Session> rival =
        link.session()
            .filter(s -> !s.incarnation().equals(c.hello().incarnation()))
            .filter(_ -> !link.isSilent(now, settings.sessionTimeout()));
    if (rival.isPresent()) {
      voice.refuseRival(rival.get(), c);
      return Effect().none();
    }
    List<Event> events = attachEvents(state, c, now);
    boolean restarted =
        state instanceof Registered r
            && !r.facts().incarnation().isEmpty()
            && !r.facts().incarnation().equals(c.hello().incarnation());
    return Effect()
        .persist(events)
        .thenRun(s -> {
          link.tookControl();
          startTimers();
          voice.welcome((Registered) s, link, c, restarted, clock.instant());
        });
  }

  private List<Event> attachEvents(HostState state, Command.AttachAgent c, Instant now) {
    Host.Capabilities said = Host.Capabilities.of(c.hello());
    List<Event> events = new ArrayList<>();
    HostState next = state;
    if (state instanceof Unregistered) {
      events.add(new Event.HostRegistered(host, said, now));
      next = evolve(state, events.getFirst());
    } else if (!((Registered) state).facts().capabilities().equals(said)) {
      events.add(new Event.CapabilitiesChanged(said, now));
    }
    HostState.Facts facts = ((Registered) next).facts();
    Epoch highestSeen = c.hello().highestControlEpoch();
    if (!link.isInControl() || facts.controlEpoch().isBefore(highestSeen)) {
      Epoch highest =
          facts.controlEpoch().isBefore(highestSeen) ? highestSeen : facts.controlEpoch();
      events.add(new Event.ControlTaken(highest.next(), now));
    }
    events.add(new Event.AgentAttached(c.hello().incarnation(), now));
    return events;
  }

  private Effect<Event, HostState> agentSaid(Registered state, Command.AgentSaid c) {
    if (!link.isCurrent(c.sessionId())) {
      return Effect().none(); // of a session that was replaced
    }
    link.heard(clock.instant());
    if (c.report() instanceof AgentReport.OrderResult(String _, AgentReport.Outcome.Failed failed)
        && failed.code() == AgentReport.FailureCode.STALE_CONTROL_EPOCH) {
      // The agent has obeyed a later incarnation. It says Hello again, and the journal decides.
      voice.dismiss(link, "control epoch " + state.facts().controlEpoch() + " is stale");
      return detach("its agent has seen a higher control epoch");
    }
    voice.pass(c.report(), state, link, clock.instant());
    return Effect().none();
  }

  private Effect<Event, HostState> checkSession(Command.CheckSession c) {
    if (!link.isCurrent(c.sessionId())) {
      c.session().tell(new AgentSession.Refused("the controller of " + host + " has moved", false));
    }
    return Effect().none();
  }

  private Effect<Event, HostState> detach(String reason) {
    link.close();
    return Effect()
        .persist(new Event.AgentDetached(reason, clock.instant()))
        .thenRun(s -> voice.agentLost((Registered) s, link));
  }

  private Effect<Event, HostState> claim(Registered state, Command.Claim c) {
    link.askedOwners.remove(c.owner().text()); // it is needed now, whatever was asked before
    HostOffer offer = voice.offerOf(state, link);
    boolean held =
        state
            .facts()
            .claimOf(c.owner())
            .filter(x -> x.resources().equals(c.resources()))
            .isPresent();
    if (held) {
      return Effect().reply(c.replyTo(), new ClaimReply.Claimed(host, c.owner(), offer));
    }
    Optional<String> reason =
        state.facts().claimOf(c.owner()).isPresent()
            ? Optional.of(c.owner() + " has a claim of another size here")
            : Fit.reasonAgainst(offer, c.resources(), c.image());
    return reason.isPresent()
        ? Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.owner(), reason.get()))
        : persistAndOffer(new Event.Claimed(c.owner(), c.resources(), clock.instant()))
            .thenReply(c.replyTo(), s -> claimed(s, c.owner()));
  }

  private Effect<Event, HostState> handOver(Registered state, Command.HandOverClaim c) {
    link.askedOwners.remove(c.toOwner().text());
    boolean given = state.facts().claimOf(c.fromOwner()).isPresent();
    boolean had = state.facts().claimOf(c.toOwner()).isPresent();
    if (!given) {
      return Effect()
          .reply(
              c.replyTo(),
              had
                  ? claimed(state, c.toOwner())
                  : new ClaimReply.Refused(
                      host, c.toOwner(), c.fromOwner() + " has no claim to hand over"));
    }
    Event event =
        had
            ? new Event.ClaimReleased(
                c.fromOwner(), c.toOwner() + " has a claim already", clock.instant())
            : new Event.ClaimHandedOver(c.fromOwner(), c.toOwner(), clock.instant());
    return persistAndOffer(event).thenReply(c.replyTo(), s -> claimed(s, c.toOwner()));
  }

  private Effect<Event, HostState> instruct(Registered state, Command.Instruct c) {
    if (link.orders.isFull()) {
      return Effect()
          .reply(
              c.replyTo(),
              unanswered(
                  c.orderId(),
                  "%d orders wait already (limit)".formatted(OrderBook.ORDER_LIMIT),
                  false));
    }
    link.orders
        .takeReplacedBy(c.order())
        .forEach(
            p -> p.replyTo().tell(unanswered(p.orderId(), "replaced by " + c.orderId(), false)));
    link.orders.put(c.orderId(), c.order(), clock.instant().plus(c.deadline()), c.replyTo());
    voice.deliver(state.facts().controlEpoch(), link);
    return Effect().none();
  }

  private Effect<Event, HostState> tick(Registered state) {
    Instant now = clock.instant();
    link.orders
        .takeExpired(now)
        .forEach(p ->
            p.replyTo()
                .tell(unanswered(p.orderId(), "its agent did not answer in time", p.delivered())));
    voice.deliver(state.facts().controlEpoch(), link);
    if (link.session().isPresent() && link.isSilent(now, settings.sessionTimeout())) {
      voice.dismiss(link, "no heartbeat for " + settings.sessionTimeout());
      return detach("its agent fell silent");
    }
    boolean awaited = link.session().isEmpty() && state.facts().attached();
    return awaited && link.recoveredAt.plus(settings.sessionTimeout()).isBefore(now)
        ? detach("its agent has not come back since control moved")
        : Effect().none();
  }

  private Effect<Event, HostState> needAnswered(Registered state, Host.Need need) {
    boolean asked = link.askedOwners.remove(need.owner().text());
    return asked && !need.needed() && state.facts().claimOf(need.owner()).isPresent()
        ? persistAndOffer(
            new Event.ClaimReleased(
                need.owner(), "leaked: its owner does not need it", clock.instant()))
        : Effect().none();
  }

  private EffectBuilder<Event, HostState> persistAndOffer(Event event) {
    return Effect().persist(event).thenRun(s -> voice.offer((Registered) s, link));
  }

  private ClaimReply claimed(HostState state, EntityId owner) {
    return new ClaimReply.Claimed(host, owner, voice.offerOf((Registered) state, link));
  }

  private Reply shown(HostState state) {
    return new Reply.Shown(voice.view((Registered) state, link));
  }

  private Reply notFound() {
    return new Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "no host " + host));
  }

  private OrderOutcome unanswered(String orderId, String reason, boolean delivered) {
    return new OrderOutcome.Unanswered(host, orderId, host + ": " + reason, delivered);
  }
}
