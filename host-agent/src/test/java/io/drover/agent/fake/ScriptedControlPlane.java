package io.drover.agent.fake;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.EndpointList;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.Refused;
import io.drover.protocol.v1.ToAgent;
import io.drover.protocol.v1.Welcome;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A gateway that speaks the real protocol over a real socket and does what the test says. */
public final class ScriptedControlPlane implements AutoCloseable {
  private final List<FromAgent> received = new CopyOnWriteArrayList<>();
  private final List<Hello> hellos = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable StreamObserver<ToAgent>> session =
      new AtomicReference<>();
  private final AtomicInteger ended = new AtomicInteger();
  private final Server server;
  private volatile long epoch;
  private volatile Function<Hello, ToAgent> greeting =
      _ -> welcome(EndpointList.getDefaultInstance());

  private ScriptedControlPlane(int port, long epoch) {
    this.epoch = epoch;
    try {
      server =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                  InsecureServerCredentials.create())
              .directExecutor()
              .addService(new Gateway())
              .build()
              .start();
    } catch (IOException e) {
      throw new IllegalStateException("no gateway on port " + port, e);
    }
  }

  /** Welcomes every agent under this control epoch. */
  public static ScriptedControlPlane start(long epoch) {
    return new ScriptedControlPlane(0, epoch);
  }

  public static ScriptedControlPlane startAt(BindAddress endpoint, long epoch) {
    return new ScriptedControlPlane(endpoint.port(), epoch);
  }

  public BindAddress endpoint() {
    return new BindAddress("127.0.0.1", server.getPort());
  }

  /** Answers every Hello from now on. */
  public void greetWith(Function<Hello, ToAgent> answer) {
    greeting = answer;
  }

  public ToAgent welcome(EndpointList endpoints) {
    return ToAgent.newBuilder()
        .setWelcome(
            Welcome.newBuilder()
                .setHostId("host-north-03-h1")
                .setControlEpoch(epoch)
                .setHeartbeatIntervalMs(20)
                .setEndpoints(endpoints))
        .build();
  }

  public static ToAgent refusal(String reason, boolean permanent) {
    return ToAgent.newBuilder()
        .setRefused(Refused.newBuilder().setReason(reason).setPermanent(permanent))
        .build();
  }

  public Hello awaitHello(int number) {
    Awaitility.await().atMost(20, SECONDS).until(() -> hellos.size() >= number);
    return hellos.get(number - 1);
  }

  /** Sessions that agents ended. */
  public int endedCount() {
    return ended.get();
  }

  public int helloCount() {
    return hellos.size();
  }

  public void send(ToAgent message) {
    StreamObserver<ToAgent> stream = session.get();
    if (stream == null) {
      throw new AssertionError("no agent is connected");
    }
    synchronized (stream) {
      stream.onNext(message);
    }
  }

  /** Orders under the control plane's own epoch. */
  public void order(String id, Order.Builder order) {
    order(id, epoch, order);
  }

  public void order(String id, long controlEpoch, Order.Builder order) {
    send(ToAgent.newBuilder().setOrder(order.setOrderId(id).setControlEpoch(controlEpoch)).build());
  }

  /** Orders and waits for the answer. */
  public OrderResult execute(String id, Order.Builder order) {
    order(id, order);
    return awaitResult(id);
  }

  public OrderResult awaitResult(String id) {
    return await(m -> m.hasOrderResult() && m.getOrderResult().getOrderId().equals(id))
        .getOrderResult();
  }

  public List<OrderResult> results(String id) {
    return received.stream()
        .filter(m -> m.hasOrderResult() && m.getOrderResult().getOrderId().equals(id))
        .map(FromAgent::getOrderResult)
        .toList();
  }

  public FromAgent await(Predicate<FromAgent> wanted) {
    return Awaitility.await()
        .atMost(20, SECONDS)
        .until(() -> received.stream().filter(wanted).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  public boolean hasReceived(Predicate<FromAgent> wanted) {
    return received.stream().anyMatch(wanted);
  }

  public long count(Predicate<FromAgent> wanted) {
    return received.stream().filter(wanted).count();
  }

  public FromAgent last(Predicate<FromAgent> wanted) {
    return received.reversed().stream().filter(wanted).findFirst().orElseThrow();
  }

  /** Ends the session of the agent; it may come back. */
  public void hangUp() {
    StreamObserver<ToAgent> stream = session.getAndSet(null);
    if (stream != null) {
      stream.onCompleted();
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Gateway extends AgentGatewayGrpc.AgentGatewayImplBase {
    @Override
    public StreamObserver<FromAgent> session(StreamObserver<ToAgent> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(FromAgent message) {
          if (message.hasHello()) {
            hellos.add(message.getHello());
            session.set(responses);
            synchronized (responses) {
              responses.onNext(greeting.apply(message.getHello()));
            }
          }
          received.add(message);
        }

        @Override
        public void onError(Throwable failure) {
          onCompleted();
        }

        @Override
        public void onCompleted() {
          session.compareAndSet(responses, null);
          ended.incrementAndGet();
        }
      };
    }
  }
}
