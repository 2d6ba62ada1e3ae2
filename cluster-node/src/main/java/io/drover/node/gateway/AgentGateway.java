package io.drover.node.gateway;

import io.drover.actor.Routes;
import io.drover.actor.api.ImageContents;
import io.drover.actor.area.FleetSight;
import io.drover.agent.lease.Revocations;
import io.drover.agent.lease.WitnessBook;
import io.drover.agent.witness.WitnessService;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.NodeSettings;
import io.drover.node.board.NodeCensus;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/**
 * The gRPC server that host agents hold their sessions with, and that vouches for hosts. Its
 * threads only tell, or answer from memory.
 */
public final class AgentGateway implements AutoCloseable {
  private static final int KEEPALIVE_S = 5;
  private static final int KEEPALIVE_MIN_S = 1;

  /** A Hello lists a host's guests and images; nothing else is near as large. */
  private static final int MESSAGE_LIMIT_BYTES = 4 << 20;

  private final Server server;
  private final WitnessService witness;
  private final BindAddress address;
  private final BindAddress advertised;

  private AgentGateway(
      Server server, WitnessService witness, BindAddress address, BindAddress advertised) {
    this.server = server;
    this.witness = witness;
    this.address = address;
    this.advertised = advertised;
  }

  /**
   * Listens, and hands each session to an actor of its own.
   *
   * @param revocations of this node as a witness
   * @throws IOException when the address cannot be bound
   */
  public static AgentGateway start(
      ActorSystem<?> system,
      NodeSettings settings,
      Routes routes,
      ImageContents images,
      Revocations revocations,
      FleetSight sight,
      NodeCensus census,
      GatewayObserver observer)
      throws IOException {
    BindAddress wanted = settings.gateway();
    AgentPlaces places = new AgentPlaces(settings.area(), sight, census);
    Sessions sessions = new Sessions(system, places, routes, images, observer);
    WitnessService witness = new WitnessService(new WitnessBook(revocations, System.nanoTime()));
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(wanted.host(), wanted.port()))
            .directExecutor()
            .keepAliveTime(KEEPALIVE_S, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_S, TimeUnit.SECONDS)
            .permitKeepAliveTime(KEEPALIVE_MIN_S, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxInboundMessageSize(MESSAGE_LIMIT_BYTES)
            .addService(sessions)
            .addService(witness)
            .build();
    server.start();
    BindAddress bound = new BindAddress(wanted.host(), server.getPort());
    BindAddress advertised = settings.advertisedGateway().orElse(bound);
    places.listensAt(advertised);
    return new AgentGateway(server, witness, bound, advertised);
  }

  /** Where it really listens. */
  public BindAddress address() {
    return address;
  }

  /** Where agents are told to find it. */
  public BindAddress advertised() {
    return advertised;
  }

  /** Ends all sessions; agents go on to their next endpoint. */
  @Override
  public void close() {
    server.shutdownNow();
    witness.close();
  }

  private static final class Sessions extends AgentGatewayGrpc.AgentGatewayImplBase {
    private final ActorSystem<?> system;
    private final AgentPlaces places;
    private final Routes routes;
    private final ImageContents images;
    private final GatewayObserver observer;
    private final AtomicLong count = new AtomicLong();

    Sessions(
        ActorSystem<?> system,
        AgentPlaces places,
        Routes routes,
        ImageContents images,
        GatewayObserver observer) {
      this.system = system;
      this.places = places;
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
                  places, (ServerCallStreamObserver<ToAgent>) toAgent, routes, observer),
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
          session.tell(new GatewaySession.AgentLeft());
        }
      };
    }
  }
}
