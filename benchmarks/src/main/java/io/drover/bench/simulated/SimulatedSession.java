package io.drover.bench.simulated;

import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.EndpointList;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.Heartbeat;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.ToAgent;
import io.drover.protocol.v1.Welcome;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The session of a simulated host, held as an agent holds its own: it walks its endpoint list when
 * it is lost, with an agent's waits, and moves to whoever manages it within two seconds of being
 * told, or sometime when it was welcomed elsewhere. What it sends and decides is serialized by its
 * monitor.
 */
final class SimulatedSession implements AutoCloseable {
  private static final Duration FIRST_WAIT = Duration.ofMillis(200);
  private static final Duration LONGEST_WALK = Duration.ofSeconds(5);
  private static final Duration MOVE_SPREAD = Duration.ofSeconds(2);
  private static final Duration MOVE_AGAIN = Duration.ofSeconds(3);
  private static final long STABLE_NS = Duration.ofSeconds(10).toNanos();
  private static final long TOLERANCE_NS = Duration.ofMillis(200).toNanos();
  private static final int DOUBLINGS_LIMIT = 10;

  private final Gateways gateways;
  private final ScheduledExecutorService timer;
  private final RandomGenerator random;
  private final Supplier<Hello.Builder> hello;
  private final Consumer<Order> orders;
  private EndpointList known;
  private String endpoint = "";
  private @Nullable StreamObserver<FromAgent> stream;
  private boolean welcomed;
  private boolean closed;
  private long welcomedNs;
  private long controlEpoch;
  private long heartbeats;
  private long beatNs;
  private long intervalNs;
  private long attempt;
  private int tries;

  /**
   * Not open yet.
   *
   * @param endpoints configured ones; the control plane replaces them
   * @param hello what to say of the host, now
   * @param orders obeys them; called on gRPC's threads
   */
  SimulatedSession(
      Gateways gateways,
      ScheduledExecutorService timer,
      RandomGenerator random,
      List<String> endpoints,
      Supplier<Hello.Builder> hello,
      Consumer<Order> orders) {
    this.gateways = gateways;
    this.timer = timer;
    this.random = random;
    this.hello = hello;
    this.orders = orders;
    this.known =
        EndpointList.newBuilder().addAllEndpoints(endpoints).setManaging(endpoints.size()).build();
  }

  synchronized void open() {
    if (closed) {
      return;
    }
    long current = ++attempt;
    endpoint = known.getEndpoints(tries % known.getEndpointsCount());
    tries++;
    stream = AgentGatewayGrpc.newStub(gateways.channel(endpoint)).session(new Inbox(current));
    Hello said =
        hello
            .get()
            .setHighestControlEpoch(controlEpoch)
            .setEndpointListVersion(known.getVersion())
            .setEndpointListAreaEpoch(known.getAreaEpoch())
            .build();
    stream.onNext(FromAgent.newBuilder().setHello(said).build());
  }

  synchronized boolean isWelcomed() {
    return welcomed;
  }

  synchronized boolean isAt(String gateway) {
    return welcomed && endpoint.equals(gateway);
  }

  synchronized void send(FromAgent message) {
    if (welcomed && stream != null) {
      stream.onNext(message);
    }
  }

  /** When the last one is as long ago as the control plane asked for. */
  synchronized void beatWhenDue() {
    if (System.nanoTime() - beatNs >= intervalNs - TOLERANCE_NS) {
      beat();
    }
  }

  private void beat() {
    beatNs = System.nanoTime();
    Heartbeat heartbeat =
        Heartbeat.newBuilder()
            .setSequence(++heartbeats)
            .setEndpointListVersion(known.getVersion())
            .setEndpointListAreaEpoch(known.getAreaEpoch())
            .build();
    send(FromAgent.newBuilder().setHeartbeat(heartbeat).build());
  }

  private synchronized void welcome(Welcome welcome) {
    welcomed = true;
    welcomedNs = System.nanoTime();
    intervalNs = Duration.ofMillis(welcome.getHeartbeatIntervalMs()).toNanos();
    controlEpoch = Math.max(controlEpoch, welcome.getControlEpoch());
    adopt(welcome.getEndpoints());
    moveIn(MOVE_AGAIN.plus(within(MOVE_AGAIN)));
  }

  private synchronized void adopt(EndpointList list) {
    boolean isNewer =
        list.getAreaEpoch() > known.getAreaEpoch()
            || (list.getAreaEpoch() == known.getAreaEpoch()
                && list.getVersion() > known.getVersion());
    if (!isNewer || list.getEndpointsCount() == 0) {
      return;
    }
    known = list;
    tries = 0;
    beat(); // an agent says at once that it has it
    moveIn(within(MOVE_SPREAD));
  }

  private void moveIn(Duration delay) {
    if (!isManaging()) {
      long current = attempt;
      later(delay.toNanos(), () -> move(current));
    }
  }

  private boolean isManaging() {
    return known.getEndpointsList().subList(0, known.getManaging()).contains(endpoint);
  }

  private synchronized void move(long ofAttempt) {
    if (ofAttempt == attempt && !isManaging() && stream != null) {
      tries = 0;
      StreamObserver<FromAgent> left = stream;
      lose(ofAttempt);
      left.onCompleted();
    }
  }

  private synchronized void lose(long ofAttempt) {
    if (ofAttempt != attempt || closed) {
      return;
    }
    if (welcomed && System.nanoTime() - welcomedNs > STABLE_NS) {
      tries = 0;
    }
    attempt++;
    welcomed = false;
    stream = null;
    gateways.retry(endpoint);
    int size = known.getEndpointsCount();
    int walks = Math.min(tries / size, DOUBLINGS_LIMIT);
    long longestNs = Math.max(FIRST_WAIT.toNanos(), LONGEST_WALK.toNanos() / size);
    long ceilingNs = Math.min(FIRST_WAIT.toNanos() << walks, longestNs);
    later(ceilingNs / 2 + (long) (random.nextDouble() * (ceilingNs / 2.0)), this::open);
  }

  private Duration within(Duration span) {
    return Duration.ofNanos((long) (random.nextDouble() * span.toNanos()));
  }

  private void later(long delayNs, Runnable what) {
    if (!timer.isShutdown()) {
      var _ = timer.schedule(what, delayNs, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    welcomed = false;
    if (stream != null) {
      stream.onCompleted();
    }
  }

  private final class Inbox implements StreamObserver<ToAgent> {
    private final long ofAttempt;

    Inbox(long ofAttempt) {
      this.ofAttempt = ofAttempt;
    }

    @Override
    public void onNext(ToAgent message) {
      switch (message.getBodyCase()) {
        case WELCOME -> welcome(message.getWelcome());
        case ORDER -> orders.accept(message.getOrder());
        case ENDPOINTS -> adopt(message.getEndpoints());
        // a refused session ends; nobody vouches for it; and it waits for its welcome anyhow
        case REFUSED, LEASE, QUEUED, BODY_NOT_SET -> {}
      }
    }

    @Override
    public void onError(Throwable cause) {
      lose(ofAttempt);
    }

    @Override
    public void onCompleted() {
      lose(ofAttempt);
    }
  }
}
