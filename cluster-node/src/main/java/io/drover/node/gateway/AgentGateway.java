package io.drover.node.gateway;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.api.ImageContents;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.NodeSettings;
import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.FetchImageRequest;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.ImagePiece;
import io.drover.protocol.v1.ToAgent;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** The gRPC server that host agents hold their sessions with. Its threads only tell. */
public final class AgentGateway implements AutoCloseable {
  private static final int KEEPALIVE_S = 5;
  private static final int KEEPALIVE_MIN_S = 1;

  /** A Hello lists a host's guests and images; nothing else is near as large. */
  private static final int MESSAGE_LIMIT_BYTES = 4 << 20;

  private final Server server;
  private final BindAddress address;

  private AgentGateway(Server server, BindAddress address) {
    this.server = server;
    this.address = address;
  }

  /**
   * Listens, and hands each session to an actor of its own.
   *
   * @throws IOException when the address cannot be bound
   */
  public static AgentGateway start(
      ActorSystem<?> system,
      NodeSettings settings,
      Routes routes,
      ImageContents images,
      GatewayObserver observer)
      throws IOException {
    BindAddress wanted = settings.gateway();
    Sessions sessions = new Sessions(system, settings, routes, images, observer);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(wanted.host(), wanted.port()))
            .directExecutor()
            .keepAliveTime(KEEPALIVE_S, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_S, TimeUnit.SECONDS)
            .permitKeepAliveTime(KEEPALIVE_MIN_S, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxInboundMessageSize(MESSAGE_LIMIT_BYTES)
            .addService(sessions)
            .build();
    server.start();
    BindAddress bound = new BindAddress(wanted.host(), server.getPort());
    sessions.endpoints = endpoints(settings, bound, system.startTime());
    return new AgentGateway(server, bound);
  }

  /** Where it really listens. */
  public BindAddress address() {
    return address;
  }

  /** Ends all sessions; agents go on to their next endpoint. */
  @Override
  public void close() {
    server.shutdownNow();
  }

  /**
   * A node that started later knows the newer list, as far as clocks agree; a wrong order costs an
   * agent one more try, nothing else.
   */
  private static EndpointList endpoints(NodeSettings settings, BindAddress bound, long version) {
    List<BindAddress> addresses =
        settings.areaGateways().isEmpty()
            ? List.of(settings.advertisedGateway().orElse(bound))
            : settings.areaGateways();
    return new EndpointList(version, addresses.stream().map(BindAddress::toString).toList());
  }

  private static final class Sessions extends AgentGatewayGrpc.AgentGatewayImplBase {
    private final ActorSystem<?> system;
    private final NodeSettings settings;
    private final Routes routes;
    private final ImageContents images;
    private final GatewayObserver observer;
    private final AtomicLong count = new AtomicLong();
    private volatile EndpointList endpoints = new EndpointList(0, List.of());

    Sessions(
        ActorSystem<?> system,
        NodeSettings settings,
        Routes routes,
        ImageContents images,
        GatewayObserver observer) {
      this.system = system;
      this.settings = settings;
      this.routes = routes;
      this.images = images;
      this.observer = observer;
    }

    @Override
    public void fetchImage(FetchImageRequest request, StreamObserver<ImagePiece> observer) {
      new ImageStream(images, request, (ServerCallStreamObserver<ImagePiece>) observer).start();
    }

    @Override
    public StreamObserver<FromAgent> session(StreamObserver<ToAgent> toAgent) {
      ActorRef<GatewaySession.Command> session =
          system.systemActorOf(
              GatewaySession.create(
                  settings,
                  endpoints,
                  (ServerCallStreamObserver<ToAgent>) toAgent,
                  routes,
                  observer),
              "agent-session-" + count.incrementAndGet(),
              Props.empty());
      return new StreamObserver<>() {
        @Override
        public void onNext(FromAgent message) {
          session.tell(new GatewaySession.Heard(message));
        }

        @Override
        public void onError(Throwable failure) {
          session.tell(new GatewaySession.StreamEnded(String.valueOf(failure.getMessage())));
        }

        @Override
        public void onCompleted() {
          session.tell(new GatewaySession.StreamEnded("the agent ended it"));
        }
      };
    }
  }
}
