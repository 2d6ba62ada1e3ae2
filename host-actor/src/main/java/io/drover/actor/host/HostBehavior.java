package io.drover.actor.host;

import io.drover.actor.Journaling;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host.ClaimReply;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.Host.Reply;
import io.drover.actor.host.HostState.On;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.host.HostState.Unregistered;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.time.InstantSource;
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
import org.apache.pekko.persistence.typed.javadsl.EffectBuilder;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** How a {@link Host} decides and acts. */
final class HostBehavior extends EventSourcedBehavior<Command, Event, HostState> {
  /** What a host says to itself. */
  sealed interface Internal extends Command {
    /** Time passes: sessions fall silent, orders expire. */
    record Tick() implements Internal {}

    /** Time to ask the owners of the claims. */
    record CheckClaims() implements Internal {}

    record NeedAnswered(Host.Need need) implements Internal {}

    /** Nobody has said anything for a while. */
    record Idle() implements Internal {}
  }

  private final HostId host;
  private final EntitySettings settings;
  private final InstantSource clock;
  private final TimerScheduler<Command> timers;
  private final HostVoice voice;
  private final Runnable rest;
  private AgentLink link; // replaced when the entity restarts after a failed write

  static Behavior<Command> create(
      HostId host, PersistenceId persistenceId, Host.Ports ports, Runnable rest) {
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(ports.settings().restAfter(), new Internal.Idle());
      return Behaviors.withTimers(
          timers -> new HostBehavior(host, persistenceId, ports, context, timers, rest));
    });
  }

  private HostBehavior(
      HostId host,
      PersistenceId persistenceId,
      Host.Ports ports,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Runnable rest) {
    super(persistenceId, Journaling.RECOVER_LATER);
    this.host = host;
    this.settings = ports.settings();
    this.clock = ports.clock();
    this.timers = timers;
    this.rest = rest;
    ActorRef<Host.Need> needs = context.messageAdapter(Host.Need.class, Internal.NeedAnswered::new);
    this.voice = new HostVoice(host, ports.peers(), needs, settings, context.getLog());
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
    return Journaling.snapshots(settings);
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
      case On(HostState s, Command.CheckSession c) -> say(() -> voice.checkSession(c, link));
      case On(Registered s, Command.Claim c) -> claim(s, c);
      case On(Registered s, Command.ReleaseClaim c) when s.facts().claimOf(c.owner()).isPresent() ->
          persistAndOffer(
              new Event.ClaimReleased(c.owner(), "its owner is done with it", clock.instant()));
      case On(Registered s, Command.HandOverClaim c) -> handOver(s, c);
      case On(Registered s, Command.Instruct c) ->
          say(() -> voice.instruct(s, c, link, clock.instant()));
      case On(HostState s, Command.ReportGuest c) -> say(() -> voice.reportGuest(c.vm(), link));
      case On(Registered s, Command.SendOffer _) -> say(() -> voice.offer(s, link));
      case On(HostState s, Command.UpdateEndpoints c) ->
          say(() -> voice.updateEndpoints(c.endpoints(), link));
      case On(HostState s, Command.Change c) -> change(s, c);
      case On(Registered s, Command.IfUnchanged c) when s.facts().version() != c.version() ->
          Effect()
              .reply(
                  c.change().replyTo(),
                  new Reply.Refused(
                      Refusal.versionMismatch(host.text(), s.facts().version(), c.version())));
      case On(HostState s, Command.IfUnchanged c) -> change(s, c.change());
      case On(Registered s, Command.Get c) -> Effect().reply(c.replyTo(), shown(s));
      case On(Registered s, Internal.Tick _) -> tick(s);
      case On(Registered s, Internal.CheckClaims _) -> say(() -> voice.askOwners(s, link));
      case On(Registered s, Internal.NeedAnswered c) -> needAnswered(s, c.need());
      case On(Unregistered _, Internal.Idle _) -> say(rest);
      case On(Unregistered _, Command.Claim c) ->
          Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.owner(), "it is not known"));
      case On(Unregistered _, Command.HandOverClaim c) ->
          Effect().reply(c.replyTo(), new ClaimReply.Refused(host, c.toOwner(), "it is not known"));
      case On(Unregistered _, Command.Instruct c) ->
          Effect().reply(c.replyTo(), voice.unanswered(c.orderId(), "it is not known", false));
      case On(Unregistered _, Command.Get c) -> Effect().reply(c.replyTo(), notFound());
      // Late news of a session that is over, or of a claim that is gone: nothing to do any more.
      case On(Unregistered _, _), On(HostState.Available _, _), On(HostState.Cordoned _, _) ->
          Effect().none();
    };
  }

  private Effect<Event, HostState> change(HostState state, Command.Change change) {
    return switch (new On<>(state, change)) {
      case On(HostState.Available _, Command.Cordon c) ->
          persistAndOffer(new Event.Cordoned(clock.instant())).thenReply(c.replyTo(), this::shown);
      case On(HostState.Cordoned _, Command.Uncordon c) ->
          persistAndOffer(new Event.Uncordoned(clock.instant()))
              .thenReply(c.replyTo(), this::shown);
      case On(Registered s, _) -> Effect().reply(change.replyTo(), shown(s));
      case On(Unregistered _, _) -> Effect().reply(change.replyTo(), notFound());
    };
  }

  private Effect<Event, HostState> attach(HostState state, Command.AttachAgent c) {
    if (link.isCurrent(c.sessionId())) {
      return Effect().none(); // told again before the welcome was there
    }
    Instant now = clock.instant();
    Optional<AgentLink.Session> rival =
        link.rivalOf(c.hello().incarnation(), now, settings.sessionTimeout());
    if (rival.isPresent()) {
      voice.refuseRival(rival.get(), c);
      return Effect().none();
    }
    Optional<String> objection = AttachRules.objection(host, state, c.hello());
    if (objection.isPresent()) {
      voice.refuseStranger(c, objection.get());
      return Effect().none();
    }
    boolean restarted = AttachRules.isRestart(state, c.hello());
    return Effect()
        .persist(AttachRules.events(host, state, c.hello(), link.isInControl(), now))
        .thenRun(s -> {
          link.tookControl();
          startTimers();
          voice.welcome((Registered) s, link, c, restarted, clock.instant());
        });
  }

  private Effect<Event, HostState> agentSaid(Registered state, Command.AgentSaid c) {
    if (!link.isCurrent(c.sessionId())) {
      return Effect().none(); // of a session that was replaced
    }
    if (!link.isNext(c.number())) {
      // What a guest became may be among what was lost on the way here: the next Hello says it all.
      voice.dismiss(link, "a message of the agent was lost");
      return detach("a message of its agent was lost");
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

  private Effect<Event, HostState> say(Runnable words) {
    words.run();
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
    HostOffer offer = HostViews.offer(host, state, link);
    return rule(state, c.owner(), c.replyTo(), ClaimRules.claim(state, c, offer, clock.instant()));
  }

  private Effect<Event, HostState> handOver(Registered state, Command.HandOverClaim c) {
    link.askedOwners.remove(c.toOwner().text());
    return rule(
        state, c.toOwner(), c.replyTo(), ClaimRules.handOver(host, state, c, clock.instant()));
  }

  private Effect<Event, HostState> rule(
      Registered state, EntityId owner, ActorRef<ClaimReply> replyTo, ClaimRules.Ruling ruling) {
    return switch (ruling) {
      case ClaimRules.Ruling.Held _ -> Effect().reply(replyTo, claimed(state, owner));
      case ClaimRules.Ruling.Refuse r -> Effect().reply(replyTo, r.reply());
      case ClaimRules.Ruling.Grant r ->
          persistAndOffer(r.event()).thenReply(replyTo, s -> claimed(s, owner));
    };
  }

  private Effect<Event, HostState> tick(Registered state) {
    Instant now = clock.instant();
    voice.expireOrders(state, link, now);
    if (link.session().isPresent() && link.isSilent(now, settings.sessionTimeout())) {
      voice.dismiss(link, "no heartbeat for " + Spans.text(settings.sessionTimeout()));
      return detach("its agent fell silent");
    }
    boolean awaited = link.session().isEmpty() && state.facts().attached();
    return awaited && link.recoveredAt.plus(settings.sessionTimeout()).isBefore(now)
        ? detach("its agent has not come back since control moved")
        : Effect().none();
  }

  private Effect<Event, HostState> needAnswered(Registered state, Host.Need need) {
    if (!link.askedOwners.remove(need.owner().text())) {
      return Effect().none(); // it has claimed again since it was asked
    }
    return ClaimRules.release(state, need, link, clock.instant())
        .<Effect<Event, HostState>>map(this::persistAndOffer)
        .orElseGet(() -> say(() -> voice.reportLeftBehind(need, link)));
  }

  private EffectBuilder<Event, HostState> persistAndOffer(Event event) {
    return Effect().persist(event).thenRun(s -> voice.offer((Registered) s, link));
  }

  private ClaimReply claimed(HostState state, EntityId owner) {
    return new ClaimReply.Claimed(host, owner, HostViews.offer(host, (Registered) state, link));
  }

  private Reply shown(HostState state) {
    return new Reply.Shown(HostViews.view(host, (Registered) state, link));
  }

  private Reply notFound() {
    return new Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "no host " + host));
  }
}
