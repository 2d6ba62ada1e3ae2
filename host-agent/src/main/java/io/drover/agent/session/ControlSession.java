package io.drover.agent.session;

import io.drover.agent.store.AgentStore;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.Epoch;
import io.drover.protocol.v1.EndpointList;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.Refused;
import io.drover.protocol.v1.ToAgent;
import io.drover.protocol.v1.Welcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The session with whichever control node answers.
 *
 * <pre>
 *   Waiting ─connect─▶ Opening ─Hello─▶ Greeting ─Welcome─▶ Established
 *      ▲──────────── lost, refused, stale, overdue ────────────┘
 * </pre>
 *
 * It waits for the disk when an epoch is new, so it runs on a dispatcher for blocking work.
 */
public final class ControlSession extends AbstractBehavior<ControlSession.Command> {
  /** A control plane recovers a host's entity before it answers a Hello. */
  static final Duration WELCOME_TIMEOUT = Duration.ofSeconds(10);

  /** A session that held this long proves its endpoint good. */
  static final Duration STABLE_AFTER = Duration.ofSeconds(10);

  /** Messages kept between the snapshot of the guests and the Hello that carries it. */
  static final int HELD_LIMIT = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);

  /** What it is told. */
  public sealed interface Command {}

  /** Something to say; dropped while nobody listens, as the next Hello says it all. */
  public record Say(FromAgent message) implements Command {}

  private record Connect(BindAddress endpoint) implements Command {}

  private record GuestsAre(long attempt, List<GuestStatus> guests) implements Command {}

  private record Received(long attempt, ToAgent message) implements Command {}

  private record Lost(long attempt, String reason) implements Command {}

  private record WelcomeOverdue(long attempt) implements Command {}

  private record Stable(long attempt) implements Command {}

  /** Time to go where this host is managed. */
  private record Move(long attempt) implements Command {}

  /** A heartbeat is due, by the clock or because it has news. */
  public record Beat() implements Command {}

  private record Executed(Order.BodyCase kind, OrderResult result) implements Command {}

  private enum State {
    WAITING,
    OPENING,
    GREETING,
    ESTABLISHED
  }

  private final TimerScheduler<Command> timers;
  private final AgentSettings settings;
  private final AgentStore store;
  private final ManagedHost host;
  private final ControlStream.Opener gateways;
  private final OrderIntake intake;
  private final SessionPlace place;
  private final List<FromAgent> held = new ArrayList<>();
  private State state = State.WAITING;
  private @Nullable ControlStream stream;
  private String hostId = "";
  private long attempt;
  private long heartbeats;
  private boolean lossLogged;

  private ControlSession(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      AgentSettings settings,
      AgentStore store,
      ManagedHost host,
      ControlStream.Opener gateways,
      RandomGenerator random) {
    super(context);
    this.timers = timers;
    this.settings = settings;
    this.store = store;
    this.host = host;
    this.gateways = gateways;
    this.intake = new OrderIntake(store);
    this.place = new SessionPlace(settings, store, random);
    connectNext();
  }

  /** Starts to connect at once. */
  public static Behavior<Command> create(
      AgentSettings settings, AgentStore store, ManagedHost host, RandomGenerator random) {
    return create(settings, store, host, GatewayStream::open, random);
  }

  /** The same over another way to the gateways. */
  public static Behavior<Command> create(
      AgentSettings settings,
      AgentStore store,
      ManagedHost host,
      ControlStream.Opener gateways,
      RandomGenerator random) {
    return Behaviors.withTimers(timers ->
        Behaviors.setup(context ->
            new ControlSession(context, timers, settings, store, host, gateways, random)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onSignal(PostStop.class, _ -> closeStream())
        .onSignal(PreRestart.class, _ -> closeStream()) // or nobody would ever close it
        .onAnyMessage(this::on)
        .build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Say c -> say(c.message);
      case Connect c -> connect(c.endpoint);
      case GuestsAre c when c.attempt == attempt && state == State.OPENING -> greet(c.guests);
      case Received c when c.attempt == attempt -> receive(c.message);
      case Lost c when c.attempt == attempt -> lose(c.reason);
      case WelcomeOverdue c when c.attempt == attempt && state != State.ESTABLISHED ->
          lose("no welcome within " + WELCOME_TIMEOUT.toSeconds() + " s");
      case Stable c when c.attempt == attempt -> place.settled();
      case Move c when c.attempt == attempt && state == State.ESTABLISHED -> move();
      case Beat _ -> beat();
      case Executed c -> {
        intake.finished(c.kind, c.result);
        send(FromAgent.newBuilder().setOrderResult(c.result).build());
      }
      // of a stream that is gone
      case GuestsAre _, Received _, Lost _, WelcomeOverdue _, Stable _, Move _ -> {}
    }
    return this;
  }

  // ---- connecting

  private void connectNext() {
    EndpointWalk.Step step = place.next();
    timers.startSingleTimer(new Connect(step.endpoint()), step.delay());
  }

  private void connect(BindAddress endpoint) {
    attempt++;
    state = State.OPENING;
    place.tries(endpoint);
    long current = attempt;
    ActorRef<Command> self = getContext().getSelf();
    LOG.atDebug().addKeyValue("endpoint", endpoint).log("opening a session");
    stream =
        gateways.open(
            endpoint,
            message -> self.tell(new Received(current, message)),
            reason -> self.tell(new Lost(current, endpoint + " " + reason)));
    awaitWelcome();
    host.guests(guests -> self.tell(new GuestsAre(current, guests)));
  }

  private void awaitWelcome() {
    timers.startSingleTimer(WelcomeOverdue.class, new WelcomeOverdue(attempt), WELCOME_TIMEOUT);
  }

  private void greet(List<GuestStatus> guests) {
    state = State.GREETING;
    send(AgentMessages.hello(host.describe(), store.agent(), guests, settings.stateLost()));
    held.forEach(this::send);
    held.clear();
  }

  private void lose(String reason) {
    boolean isNews = state == State.ESTABLISHED || !lossLogged;
    lossLogged = true; // one line for each loss, however long the way back is
    LOG.atLevel(isNews ? Level.INFO : Level.DEBUG).addKeyValue("reason", reason).log("no session");
    closeStream();
    connectNext();
  }

  private Behavior<Command> closeStream() {
    attempt++; // whatever the old stream still says is void
    state = State.WAITING;
    held.clear();
    timers.cancel(Beat.class);
    timers.cancel(Move.class);
    if (stream != null) {
      stream.close();
      stream = null;
    }
    return this;
  }

  // ---- receiving

  private void receive(ToAgent message) {
    switch (message.getBodyCase()) {
      case WELCOME -> welcome(message.getWelcome());
      case REFUSED -> refused(message.getRefused());
      case QUEUED -> awaitWelcome();
      case ORDER -> order(message.getOrder());
      case ENDPOINTS -> adopt(message.getEndpoints());
      case LEASE -> host.offer(hostId, message.getLease());
      case BODY_NOT_SET -> LOG.debug("a message of a later protocol version is ignored");
    }
  }

  private void welcome(Welcome welcome) {
    Epoch epoch = new Epoch(welcome.getControlEpoch());
    if (!intake.accept(epoch)) {
      lose("its control epoch %s is stale".formatted(epoch));
      return;
    }
    state = State.ESTABLISHED;
    LOG.atInfo()
        .addKeyValue("host", welcome.getHostId())
        .addKeyValue("controlEpoch", epoch)
        .log("session established");
    Duration interval =
        welcome.getHeartbeatIntervalMs() > 0
            ? Duration.ofMillis(welcome.getHeartbeatIntervalMs())
            : settings.heartbeat();
    timers.startTimerWithFixedDelay(Beat.class, new Beat(), Duration.ZERO, interval);
    timers.startSingleTimer(new Stable(attempt), STABLE_AFTER);
    adopt(welcome.getEndpoints());
    if (!timers.isTimerActive(Move.class)) {
      moveIn(place.moveSometime());
    }
    hostId = welcome.getHostId();
    host.offer(hostId, welcome.getLease());
    host.announce();
  }

  private void adopt(EndpointList list) {
    if (place.adopt(list)) {
      moveIn(place.moveSoon());
    }
  }

  private void moveIn(Duration delay) {
    if (!place.isManaging()) {
      timers.startSingleTimer(Move.class, new Move(attempt), delay);
    }
  }

  /** To the head of the list; whoever is found there or behind it has to be better. */
  private void move() {
    if (!place.isManaging()) {
      place.settled();
      lose("another control plane manages this host");
    }
  }

  private void refused(Refused refused) {
    LOG.atWarn()
        .addKeyValue("reason", refused.getReason())
        .addKeyValue("permanent", refused.getPermanent())
        .log("the control plane refuses this agent");
    if (refused.getPermanent()) {
      place.refusedForGood();
    }
    lose("refused: " + refused.getReason());
  }

  private void order(Order order) {
    if (state != State.ESTABLISHED) {
      lose("an order before the welcome");
      return;
    }
    switch (intake.take(order)) {
      case OrderIntake.Verdict.Answer answer ->
          send(FromAgent.newBuilder().setOrderResult(answer.result()).build());
      case OrderIntake.Verdict.Await _ -> {}
      case OrderIntake.Verdict.Execute _ -> {
        ActorRef<Command> self = getContext().getSelf();
        host.execute(
            order,
            result ->
                self.tell(
                    new Executed(
                        order.getBodyCase(),
                        result.toBuilder().setOrderId(order.getOrderId()).build())));
      }
    }
  }

  // ---- sending

  private void say(FromAgent message) {
    if (state == State.OPENING && held.size() < HELD_LIMIT) {
      held.add(message);
    } else if (isDroppable(message) && stream != null && !stream.isReady()) {
      LOG.debug("the gateway reads slowly: progress dropped");
    } else {
      send(message);
    }
  }

  /** Progress: the next message of its kind says more. */
  private static boolean isDroppable(FromAgent message) {
    return message.hasRoundReported() || message.hasHeartbeat();
  }

  private void beat() {
    if (state == State.ESTABLISHED) {
      say(AgentMessages.heartbeat(++heartbeats, host, store.agent(), intake.staleOrdersRefused()));
    }
  }

  private void send(FromAgent message) {
    if (stream != null && (state == State.GREETING || state == State.ESTABLISHED)) {
      stream.send(message);
    }
  }
}
