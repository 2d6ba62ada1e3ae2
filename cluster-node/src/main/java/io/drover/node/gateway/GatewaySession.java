package io.drover.node.gateway;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.area.Area;
import io.drover.actor.host.Host;
import io.drover.config.units.HostId;
import io.drover.protocol.v1.FromAgent;
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
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One session of one agent.
 *
 * <pre>
 * AwaitingHello ─Hello─▶ Queued ─▶ Registering ─▶ Attached ─Welcome, orders, reports…─▶ (stream ends) ─▶ stopped
 *                └──────── {@link Greeting} ────────┘
 * </pre>
 *
 * One that says no Hello, or on which nothing is said by either side any more, is over. That an
 * agent is silent while it is given orders, its host's entity notices, and sooner.
 */
public final class GatewaySession {
  /** Without a word of either side; heartbeats come every second. */
  static final Duration SILENCE_LIMIT = Duration.ofSeconds(8);

  /** From Hello to Welcome: a cell may be moving just then. */
  static final Duration WELCOME_LIMIT = Duration.ofSeconds(10);

  /** Heartbeats: cells move in less. */
  static final int NEWS_HELD_BACK = 5;

  /** What was told to an entity that was just lost with its node is gone: it is told again. */
  static final Duration TELL_AGAIN = Duration.ofSeconds(1);

  /**
   * What a session has to do with.
   *
   * @param stream of this session, used by it only
   */
  record Ports(AgentPlaces places, AgentStream stream, Routes routes, GatewayObserver observer) {}

  private final AgentPlaces places;
  private final AgentStream stream;
  private final Routes routes;
  private final GatewayObserver observer;
  private final HostId host;
  private final ActorRef<AgentSession> fromHost;
  private final TimerScheduler<Command> timers;
  private final String sessionId = UUID.randomUUID().toString();
  private Optional<WelcomeQueue.Place> place;
  private int heldBack; // heartbeats with news that it was not told of
  private long said; // things the agent said, as the host is told of them
  private boolean follows; // its cell, to another area

  /**
   * Of a host that is known now, and whose turn it is.
   *
   * @param place left once it is welcomed, or gone
   * @param timers that have it repeat what it has said, and say when it is too late for a welcome
   */
  GatewaySession(
      Ports ports,
      HostId host,
      WelcomeQueue.Place place,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    this.places = ports.places();
    this.stream = ports.stream();
    this.routes = ports.routes();
    this.observer = ports.observer();
    this.host = host;
    this.place = Optional.of(place);
    this.timers = timers;
    this.fromHost = context.messageAdapter(AgentSession.class, Say::new);
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
    Ports ports = new Ports(places, new AgentStream(toAgent), routes, observer);
    return Behaviors.setup(context -> {
      context.setReceiveTimeout(SILENCE_LIMIT, new Silent());
      return Greeting.begin(ports, context);
    });
  }

  /** What reaches a session. */
  public sealed interface Command {}

  /** From the agent. */
  public record Heard(FromAgent message) implements Command {}

  /** The agent is gone. */
  public record StreamEnded(String reason) implements Command {}

  /** The agent wants no session here any more. */
  public record AgentLeft() implements Command {}

  /** From the Host entity, for the agent. */
  private record Say(AgentSession message) implements Command {}

  record Registered(Area.Reply reply) implements Command {}

  record Turn() implements Command {}

  record TellAgain() implements Command {}

  record Silent() implements Command {}

  record WelcomeOverdue() implements Command {}

  private void leaveQueue() {
    place.ifPresent(WelcomeQueue.Place::leave);
    place = Optional.empty();
  }

  /** Tells its host of it. */
  Behavior<Command> attach(AgentReport.Hello hello) {
    Host.Command.AttachAgent attach =
        new Host.Command.AttachAgent(host, hello, places.endpointsOf(host), fromHost, sessionId);
    tell(attach);
    observer.sessionOpened(host);
    return attached(Optional.of(attach));
  }

  private void tell(Host.Command command) {
    routes.tell(Host.TYPE_KEY, host.text(), command);
  }

  /**
   * In touch with the Host entity.
   *
   * @param unanswered until the welcome is there
   */
  private Behavior<Command> attached(Optional<Host.Command.AttachAgent> unanswered) {
    return Behaviors.receive(Command.class)
        .onMessage(Heard.class, heard -> heard(heard.message(), unanswered.isEmpty()))
        .onMessage(Say.class, say -> say(say.message()))
        .onMessage(
            TellAgain.class,
            _ -> {
              unanswered.ifPresent(this::tell);
              return Behaviors.same();
            })
        .onMessage(StreamEnded.class, ended -> lost(ended.reason()))
        .onMessage(AgentLeft.class, _ -> left())
        .onMessage(
            Silent.class, _ -> lost("nothing was said for " + SILENCE_LIMIT.toSeconds() + " s"))
        .onMessage(WelcomeOverdue.class, _ -> sendAway("the host's controller is moving"))
        .onSignal(
            PostStop.class,
            _ -> {
              detach();
              return Behaviors.same();
            })
        .build();
  }

  void detach() {
    leaveQueue();
    places.leave(sessionId);
    if (!follows) {
      tell(new Host.Command.DetachAgent(sessionId));
    }
  }

  private Behavior<Command> heard(FromAgent message, boolean welcomed) {
    if (message.hasHello()) {
      return sendAway("Hello was said twice in one session");
    }
    if (message.hasHeartbeat()
        && places
            .newsFor(host, sessionId, message.getHeartbeat())
            .filter(_ -> isToBeTold())
            .filter(news -> !stream.send(new AgentSession.UpdateEndpoints(news)))
            .isPresent()) {
      return tooSlow();
    }
    try {
      AgentReport report = ReportTranslation.fromProto(message);
      tell(new Host.Command.AgentSaid(sessionId, ++said, report));
      if (welcomed && report instanceof AgentReport.Heartbeat) {
        // a Host that moved to another node knows no session: it says so, and the agent comes back
        tell(new Host.Command.CheckSession(sessionId, fromHost));
      }
      return Behaviors.same();
    } catch (MalformedMessageException e) {
      return sendAway(String.valueOf(e.getMessage()));
    }
  }

  /**
   * When others manage the host, its entity moves there, too, and the agent is told when it has:
   * one that goes before meets the entity where it was, and has to come again.
   */
  private boolean isToBeTold() {
    return !places.isManagedElsewhere(host) || ++heldBack > NEWS_HELD_BACK;
  }

  private Behavior<Command> say(AgentSession message) {
    if (message instanceof AgentSession.Refused refused && !refused.permanent()) {
      stream.send(new AgentSession.UpdateEndpoints(places.endpointsOf(host))); // where it goes next
    }
    if (!stream.send(message)) {
      return tooSlow();
    }
    return switch (message) {
      case AgentSession.Refused refused -> {
        observer.sessionRefused(refused.reason());
        yield lost(refused.reason());
      }
      case AgentSession.Welcome _ -> {
        leaveQueue();
        timers.cancelAll();
        yield attached(Optional.empty());
      }
      case AgentSession.Deliver _, AgentSession.UpdateEndpoints _, AgentSession.UpdateLease _ ->
          Behaviors.same();
    };
  }

  private Behavior<Command> tooSlow() {
    return lost("more than " + AgentStream.BACKLOG_LIMIT + " messages behind");
  }

  /** It may come back at once. */
  private Behavior<Command> sendAway(String reason) {
    stream.send(new AgentSession.Refused(reason, false));
    observer.sessionRefused(reason);
    return lost(reason);
  }

  /**
   * Who follows its cell to another area is not lost: its host hears of the next session, or, if
   * there is none, nothing, and notices that. A thousand hosts move at once, and so the journal is
   * spared a thousand losses.
   */
  private Behavior<Command> left() {
    follows = places.isManagedElsewhere(host);
    return lost("the agent ended it");
  }

  private Behavior<Command> lost(String reason) {
    observer.sessionClosed(host, reason);
    return ended(); // PostStop tells the host
  }

  /** An agent may have ended only its own half of the stream: ours ends, too. */
  private Behavior<Command> ended() {
    stream.end();
    return Behaviors.stopped();
  }
}
