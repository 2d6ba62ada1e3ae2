package io.drover.agent.session;

import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.ToAgent;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollChannelOption;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC stream to one gateway. Sent to by one thread; what comes is handed on by gRPC's threads,
 * which must not be blocked.
 */
final class GatewayStream implements ControlStream {
  /** A control node on the same network answers in milliseconds. */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /**
   * Heartbeats that the other machine's kernel does not acknowledge for this long mean that the
   * machine or the way to it is gone.
   */
  static final Duration UNACKNOWLEDGED_TIMEOUT = Duration.ofSeconds(8);

  /** A control node that answers no ping is hung; gRPC allows no shorter interval. */
  static final Duration PING_INTERVAL = Duration.ofSeconds(10);

  static final Duration PING_TIMEOUT = Duration.ofSeconds(5);

  private final ManagedChannel channel;
  private final ClientCallStreamObserver<FromAgent> requests;

  private GatewayStream(ManagedChannel channel, ClientCallStreamObserver<FromAgent> requests) {
    this.channel = channel;
    this.requests = requests;
  }

  /** A {@link ControlStream.Opener}. */
  static GatewayStream open(
      BindAddress endpoint, Consumer<ToAgent> received, Consumer<String> lost) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(
                endpoint.host(), endpoint.port(), InsecureChannelCredentials.create())
            .directExecutor()
            .keepAliveTime(PING_INTERVAL.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(PING_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis());
    if (Epoll.isAvailable()) {
      builder.withOption(
          EpollChannelOption.TCP_USER_TIMEOUT, (int) UNACKNOWLEDGED_TIMEOUT.toMillis());
    }
    ManagedChannel channel = builder.build();
    Responses responses = new Responses(received, lost);
    AgentGatewayGrpc.newStub(channel).session(responses);
    ClientCallStreamObserver<FromAgent> requests = responses.requests;
    if (requests == null) {
      throw new IllegalStateException("gRPC gives the request stream before it starts the call");
    }
    return new GatewayStream(channel, requests);
  }

  @Override
  public void send(FromAgent message) {
    requests.onNext(message);
  }

  @Override
  public boolean isReady() {
    return requests.isReady();
  }

  @Override
  public void close() {
    requests.cancel("the agent ends this session", null);
    channel.shutdownNow();
  }

  private static final class Responses implements ClientResponseObserver<FromAgent, ToAgent> {
    private final Consumer<ToAgent> received;
    private final Consumer<String> lost;
    private @Nullable ClientCallStreamObserver<FromAgent> requests;

    private Responses(Consumer<ToAgent> received, Consumer<String> lost) {
      this.received = received;
      this.lost = lost;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<FromAgent> stream) {
      requests = stream;
    }

    @Override
    public void onNext(ToAgent message) {
      received.accept(message);
    }

    @Override
    public void onError(Throwable failure) {
      Status status = Status.fromThrowable(failure);
      lost.accept(
          status.getCode()
              + (status.getDescription() == null ? "" : ": " + status.getDescription()));
    }

    @Override
    public void onCompleted() {
      lost.accept("ended by the control plane");
    }
  }
}
