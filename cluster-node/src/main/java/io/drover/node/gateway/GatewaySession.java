package io.drover.node.gateway;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.host.Host;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One session of one agent.
 *
 * <pre>
 * AwaitingHello ─Hello─▶ Attached ─Welcome, orders, reports…─▶ (stream ends) ─DetachAgent─▶ stopped
 * </pre>
 *
 * Whoever is silent for too long, in any phase, is lost.
 */
public final class GatewaySession {
  /** The one this control plane speaks. */
  static final int PROTOCOL_VERSION = 1;

  /** Heartbeats come every second; a stopped process must not hold its host for longer. */
  static final Duration SILENCE_LIMIT = Duration.ofSeconds(8);

  /** From Hello to Welcome: a cell may be moving just then. */
  static final Duration WELCOME_LIMIT = Duration.ofSeconds(10);

  private static final int EARLY_LIMIT = 1_000;

  /** What was told to an entity that was just lost with its node is gone: it is told again. */
  private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

  private final AgentPlaces places;
  private final WelcomeSlots slots;
  private final AgentStream stream;
  private final Routes routes;
  private final GatewayObserver observer;
  private final ActorRef<AgentSession> fromHost;
  private final ActorRef<Area.Reply> fromArea;
  private final StashBuffer<Command> early;
  private final String sessionId = UUID.randomUUID().toString();
  private long said; // things the agent said, as the host is told of them
  private Optional<HostId> attachedTo = Optional.empty();
  private boolean hasSlot;

  private GatewaySession(
      AgentPlaces places,
      AgentStream stream,
      Routes routes,
      GatewayObserver observer,
      ActorContext<Command> context,
      StashBuffer<Command> early) {
    this.places = places;
    this.slots = places.slots();
    this.stream = stream;
    this.routes = routes;
    this.observer = observer;
    this.early = early;
    this.fromHost = context.messageAdapter(AgentSession.class, Say::new);
    this.fromArea = context.messageAdapter(Area.Reply.class, Registered::new);
  }

  /**
   * A session over this stream.
   *
   * @param toAgent used by the session only
   */
  public static Behavior<Command> create(
      AgentPlaces places,
      ServerCallStreamObserver<ToAgent> toAgent,
      Routes routes,
      GatewayObserver observer) {
    AgentStream stream = new AgentStream(toAgent);
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(SILENCE_LIMIT, new Silent());
      return Behaviors.withStash(
          EARLY_LIMIT,
          early ->
              new GatewaySession(places, stream, routes, observer, context, early).awaitingHello());
    });
  }

  /** What reaches a session. */
  public sealed interface Command {}

  /** From the agent. */
  public record Heard(FromAgent message) implements Command {}

  /** The agent is gone. */
  public record StreamEnded(String reason) implements Command {}

  /** From the Host entity, for the agent. */
  private record Say(AgentSession message) implements Command {}

  private record Registered(Area.Reply reply) implements Command {}

  private record TellAgain() implements Command {}

  private record Silent() implements Command {}

  private record WelcomeOverdue() implements Command {}

  private Behavior<Command> awaitingHello() {
    return Behaviors.receive(Command.class)
        .onMessage(
            Heard.class,
            heard ->
                heard.message().hasHello()
                    ? greet(heard.message())
                    : refuse("the first message of a session must be Hello"))
        .onMessage(StreamEnded.class, _ -> ended())
        .onMessage(Silent.class, _ -> refuse("no Hello within " + Spans.text(SILENCE_LIMIT)))
        .build();
  }

  private Behavior<Command> greet(FromAgent message) {
    Hello hello = message.getHello();
    if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
      return refuse(
          "the agent speaks protocol version %s, this control plane %d"
              .formatted(Integer.toUnsignedString(hello.getProtocolVersion()), PROTOCOL_VERSION));
    }
    Optional<AreaId> area = places.area(hello.getArea());
    if (area.isEmpty()) {
      return turnAway(
          "the agent belongs to area \"%s\", which is not known here".formatted(hello.getArea()));
    }
    AgentReport.Hello report;
    try {
      report = (AgentReport.Hello) ReportTranslation.fromProto(message);
    } catch (MalformedMessageException e) {
      return refuse(String.valueOf(e.getMessage()));
    }
    hasSlot = slots.take();
    return hasSlot
        ? welcome(area.get(), report)
        : turnAway(WelcomeSlots.LIMIT + " hosts are being welcomed just now");
  }

  private Behavior<Command> welcome(AreaId area, AgentReport.Hello hello) {
    register(area, hello);
    return Behaviors.withTimers(timers -> {
      timers.startSingleTimer(new WelcomeOverdue(), WELCOME_LIMIT);
      timers.startTimerWithFixedDelay(new TellAgain(), TELL_AGAIN);
      return registering(area, hello, timers);
    });
  }

  private void freeSlot() {
    if (hasSlot) {
      hasSlot = false;
      slots.free();
    }
  }

  private void register(AreaId area, AgentReport.Hello hello) {
    routes.tell(
        Area.TYPE_KEY, area.name(), new Area.Request.RegisterHost(hello.hostName(), fromArea));
  }

  private Behavior<Command> registering(
      AreaId area, AgentReport.Hello hello, TimerScheduler<Command> timers) {
    return Behaviors.receive(Command.class)
        .onMessage(
            Registered.class,
            registered ->
                switch (registered.reply()) {
                  case Area.Reply.HostIs r -> attach(r.host(), hello, timers);
                  // the node has just started and is about to define its area
                  case Area.Reply.Refused r when r.refusal().kind() == Refusal.Kind.NOT_FOUND ->
                      Behaviors.same();
                  case Area.Reply.Refused r -> refuse(r.refusal().detail());
                  case Area.Reply.Shown r -> throw new IllegalStateException("not asked: " + r);
                })
        .onMessage(
            TellAgain.class,
            _ -> {
              register(area, hello);
              return Behaviors.same();
            })
        .onMessage(Heard.class, this::keep)
        .onMessage(StreamEnded.class, _ -> ended())
        .onMessage(WelcomeOverdue.class, _ -> turnAway("the area's controller is moving"))
        .onSignal(PostStop.class, _ -> detach()) // an early message may end the session
        .build();
  }

  /** What an agent says right after its Hello, the host hears after the Hello. */
  private Behavior<Command> keep(Heard heard) {
    if (early.isFull()) {
      return turnAway("more than " + EARLY_LIMIT + " messages before the welcome");
    }
    early.stash(heard);
    return Behaviors.same();
  }

  private Behavior<Command> attach(
      HostId host, AgentReport.Hello hello, TimerScheduler<Command> timers) {
    Host.Command.AttachAgent attach =
        new Host.Command.AttachAgent(host, hello, places.endpointsOf(host), fromHost, sessionId);
    routes.tell(Host.TYPE_KEY, host.text(), attach);
    observer.sessionOpened(host);
    attachedTo = Optional.of(host);
    return early.unstashAll(attached(host, Optional.of(attach), timers));
  }

  /**
   * In touch with the Host entity.
   *
   * @param unanswered until the welcome is there
   */
  private Behavior<Command> attached(
      HostId host, Optional<Host.Command.AttachAgent> unanswered, TimerScheduler<Command> timers) {
    return Behaviors.receive(Command.class)
        .onMessage(Heard.class, heard -> heard(host, heard.message(), unanswered.isEmpty()))
        .onMessage(Say.class, say -> say(host, say.message(), timers))
        .onMessage(
            TellAgain.class,
            _ -> {
              unanswered.ifPresent(attach -> routes.tell(Host.TYPE_KEY, host.text(), attach));
              return Behaviors.same();
            })
        .onMessage(StreamEnded.class, ended -> lost(host, ended.reason()))
        .onMessage(
            Silent.class, _ -> lost(host, "no heartbeat for " + SILENCE_LIMIT.toSeconds() + " s"))
        .onMessage(WelcomeOverdue.class, _ -> sendAway(host, "the host's controller is moving"))
        .onSignal(PostStop.class, _ -> detach())
        .build();
  }

  private Behavior<Command> detach() {
    freeSlot();
    places.leave(sessionId);
    attachedTo.ifPresent(
        host -> routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.DetachAgent(sessionId)));
    return Behaviors.same();
  }

  private Behavior<Command> heard(HostId host, FromAgent message, boolean welcomed) {
    if (message.hasHello()) {
      return sendAway(host, "Hello was said twice in one session");
    }
    if (message.hasHeartbeat()
        && places
            .newsFor(host, sessionId, message.getHeartbeat())
            .filter(news -> !stream.send(new AgentSession.UpdateEndpoints(news)))
            .isPresent()) {
      return tooSlow(host);
    }
    try {
      AgentReport report = ReportTranslation.fromProto(message);
      routes.tell(
          Host.TYPE_KEY, host.text(), new Host.Command.AgentSaid(sessionId, ++said, report));
      if (welcomed && report instanceof AgentReport.Heartbeat) {
        // a Host that moved to another node knows no session: it says so, and the agent comes back
        routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.CheckSession(sessionId, fromHost));
      }
      return Behaviors.same();
    } catch (MalformedMessageException e) {
      return sendAway(host, String.valueOf(e.getMessage()));
    }
  }

  private Behavior<Command> say(HostId host, AgentSession message, TimerScheduler<Command> timers) {
    if (!stream.send(message)) {
      return tooSlow(host);
    }
    return switch (message) {
      case AgentSession.Refused refused -> {
        observer.sessionRefused(refused.reason());
        yield lost(host, refused.reason());
      }
      case AgentSession.Welcome _ -> {
        freeSlot();
        timers.cancelAll();
        yield attached(host, Optional.empty(), timers);
      }
      case AgentSession.Deliver _, AgentSession.UpdateEndpoints _, AgentSession.UpdateLease _ ->
          Behaviors.same();
    };
  }

  private Behavior<Command> tooSlow(HostId host) {
    return lost(host, "more than " + AgentStream.BACKLOG_LIMIT + " messages behind");
  }

  /** It may come back at once. */
  private Behavior<Command> sendAway(HostId host, String reason) {
    stream.send(new AgentSession.Refused(reason, false));
    observer.sessionRefused(reason);
    return lost(host, reason);
  }

  private Behavior<Command> lost(HostId host, String reason) {
    observer.sessionClosed(host, reason);
    return ended(); // PostStop tells the host
  }

  /** An agent may have ended only its own half of the stream: ours ends, too. */
  private Behavior<Command> ended() {
    stream.end();
    return Behaviors.stopped();
  }

  /** It would meet the same refusal again. */
  private Behavior<Command> refuse(String reason) {
    return end(new AgentSession.Refused(reason, true));
  }

  private Behavior<Command> turnAway(String reason) {
    return end(new AgentSession.Refused(reason, false));
  }

  private Behavior<Command> end(AgentSession.Refused refused) {
    stream.send(refused);
    observer.sessionRefused(refused.reason());
    return ended();
  }
}
