package io.drover.node.gateway;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import io.drover.node.gateway.GatewaySession.AgentLeft;
import io.drover.node.gateway.GatewaySession.Command;
import io.drover.node.gateway.GatewaySession.Heard;
import io.drover.node.gateway.GatewaySession.Ports;
import io.drover.node.gateway.GatewaySession.Registered;
import io.drover.node.gateway.GatewaySession.Silent;
import io.drover.node.gateway.GatewaySession.StreamEnded;
import io.drover.node.gateway.GatewaySession.TellAgain;
import io.drover.node.gateway.GatewaySession.Turn;
import io.drover.node.gateway.GatewaySession.WelcomeOverdue;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.Hello;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** The beginning of a {@link GatewaySession}, until it is known which host it is of. */
final class Greeting {
  /** The one this control plane speaks. */
  static final int PROTOCOL_VERSION = 1;

  private static final int EARLY_LIMIT = 1_000;

  private final Ports ports;
  private final ActorContext<Command> context;
  private final StashBuffer<Command> early;
  private final ActorRef<Area.Reply> fromArea;
  private Runnable atEnd = () -> {};

  private Greeting(Ports ports, ActorContext<Command> context, StashBuffer<Command> early) {
    this.ports = ports;
    this.context = context;
    this.early = early;
    this.fromArea = context.messageAdapter(Area.Reply.class, Registered::new);
  }

  static Behavior<Command> begin(Ports ports, ActorContext<Command> context) {
    return Behaviors.withStash(
        EARLY_LIMIT, early -> new Greeting(ports, context, early).awaitingHello());
  }

  private Behavior<Command> awaitingHello() {
    return Behaviors.receive(Command.class)
        .onMessage(
            Heard.class,
            heard ->
                heard.message().hasHello()
                    ? greet(heard.message())
                    : refuse("the first message of a session must be Hello"))
        .onMessage(StreamEnded.class, _ -> ended())
        .onMessage(AgentLeft.class, _ -> ended())
        .onMessage(
            Silent.class,
            _ -> refuse("no Hello within " + Spans.text(GatewaySession.SILENCE_LIMIT)))
        .build();
  }

  private Behavior<Command> greet(FromAgent message) {
    Hello hello = message.getHello();
    if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
      return refuse(
          "the agent speaks protocol version %s, this control plane %d"
              .formatted(Integer.toUnsignedString(hello.getProtocolVersion()), PROTOCOL_VERSION));
    }
    Optional<AreaId> area = ports.places().area(hello.getArea());
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
    ActorRef<Command> self = context.getSelf();
    return ports
        .places()
        .queue()
        .enter(() -> self.tell(new Turn()))
        .map(place -> queue(new Arrival(area.get(), report, place)))
        .orElseGet(() -> turnAway(WelcomeQueue.WAITING_LIMIT + " hosts wait to be welcomed"));
  }

  /** Who is greeted. */
  private record Arrival(AreaId area, AgentReport.Hello hello, WelcomeQueue.Place place) {}

  private Behavior<Command> queue(Arrival arrival) {
    atEnd = arrival.place()::leave;
    return Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(new TellAgain(), GatewaySession.TELL_AGAIN);
      return queued(arrival, timers);
    });
  }

  private Behavior<Command> queued(Arrival arrival, TimerScheduler<Command> timers) {
    return Behaviors.receive(Command.class)
        .onMessage(
            Turn.class,
            _ -> {
              timers.startSingleTimer(new WelcomeOverdue(), GatewaySession.WELCOME_LIMIT);
              register(arrival);
              return registering(arrival, timers);
            })
        .onMessage(
            TellAgain.class,
            _ -> {
              ports.stream().queued(arrival.place().ahead());
              return Behaviors.same();
            })
        .onMessage(Heard.class, this::keep)
        .onMessage(StreamEnded.class, _ -> ended())
        .onMessage(AgentLeft.class, _ -> ended())
        .onSignal(PostStop.class, _ -> stopped())
        .build();
  }

  private void register(Arrival arrival) {
    ports
        .routes()
        .tell(
            Area.TYPE_KEY,
            arrival.area().name(),
            new Area.Request.RegisterHost(arrival.hello().hostName(), fromArea));
  }

  private Behavior<Command> stopped() {
    atEnd.run();
    return Behaviors.same();
  }

  private Behavior<Command> registering(Arrival arrival, TimerScheduler<Command> timers) {
    return Behaviors.receive(Command.class)
        .onMessage(
            Registered.class,
            registered ->
                switch (registered.reply()) {
                  case Area.Reply.HostIs r -> attach(r.host(), arrival, timers);
                  // the node has just started and is about to define its area
                  case Area.Reply.Refused r when r.refusal().kind() == Refusal.Kind.NOT_FOUND ->
                      Behaviors.same();
                  case Area.Reply.Refused r -> refuse(r.refusal().detail());
                  case Area.Reply.Shown r -> throw new IllegalStateException("not asked: " + r);
                })
        .onMessage(
            TellAgain.class,
            _ -> {
              register(arrival);
              return Behaviors.same();
            })
        .onMessage(Heard.class, this::keep)
        .onMessage(StreamEnded.class, _ -> ended())
        .onMessage(AgentLeft.class, _ -> ended())
        .onMessage(WelcomeOverdue.class, _ -> turnAway("the area's controller is moving"))
        .onSignal(PostStop.class, _ -> stopped())
        .build();
  }

  private Behavior<Command> attach(HostId host, Arrival arrival, TimerScheduler<Command> timers) {
    GatewaySession session = new GatewaySession(ports, host, arrival.place(), context, timers);
    atEnd = session::detach; // what was said early may end it at once
    return early.unstashAll(session.attach(arrival.hello()));
  }

  /** What an agent says right after its Hello, the host hears after the Hello. */
  private Behavior<Command> keep(Heard heard) {
    if (early.isFull()) {
      return turnAway("more than " + EARLY_LIMIT + " messages before the welcome");
    }
    early.stash(heard);
    return Behaviors.same();
  }

  /** It would meet the same refusal again. */
  private Behavior<Command> refuse(String reason) {
    return end(new AgentSession.Refused(reason, true));
  }

  private Behavior<Command> turnAway(String reason) {
    return end(new AgentSession.Refused(reason, false));
  }

  private Behavior<Command> end(AgentSession.Refused refused) {
    ports.stream().send(refused);
    ports.observer().sessionRefused(refused.reason());
    return ended();
  }

  private Behavior<Command> ended() {
    ports.stream().end();
    return Behaviors.stopped();
  }
}
