package io.drover.multinode.simulation.fleet;

import io.drover.agent.session.ControlStream;
import io.drover.config.settings.BindAddress;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import io.drover.node.gateway.GatewaySession;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/** One session's stream between an agent and a control node; each end may lose it by itself. */
final class Wire implements ControlStream {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
  private static final Duration REFUSAL = Duration.ofMillis(20);

  private final Fleet fleet;
  private final World world;
  private final Machine agent;
  private final Consumer<ToAgent> received;
  private final Consumer<String> lost;
  private final Deque<FromAgent> early = new ArrayDeque<>();
  private Optional<Connection> connection = Optional.empty();
  private boolean agentGone;

  private Wire(Fleet fleet, Machine agent, Consumer<ToAgent> received, Consumer<String> lost) {
    this.fleet = fleet;
    this.world = fleet.world();
    this.agent = agent;
    this.received = received;
    this.lost = lost;
  }

  /** A {@link ControlStream.Opener} of this agent. */
  static ControlStream.Opener opener(Fleet fleet, Machine agent) {
    return (endpoint, received, lost) -> {
      Wire wire = new Wire(fleet, agent, received, lost);
      wire.connect(endpoint);
      return wire;
    };
  }

  private void connect(BindAddress endpoint) {
    String place = fleet.plan().placeAt(endpoint);
    boolean cut =
        world.network().isCut(agent.name(), place) || world.network().isCut(place, agent.name());
    Duration takes = cut ? CONNECT_LIMIT : fleet.isUp(place) ? world.network().delay() : REFUSAL;
    world
        .loop()
        .after(
            takes,
            () ->
                world.run(
                    agent,
                    () -> {
                      Optional<ControlNode> node = fleet.node(place).filter(_ -> !cut);
                      if (node.isEmpty()) {
                        agentLoses("UNAVAILABLE: nobody listens");
                      } else if (!agentGone) {
                        connected(node.get());
                      }
                    }));
  }

  private void connected(ControlNode node) {
    Connection made = new Connection(node.machine());
    connection = Optional.of(made);
    fleet.links().add(made, agent, node.machine());
    made.session =
        Optional.of(
            world.spawn(
                node.machine(),
                GatewaySession.create(fleet.places(node), made, node, fleet.gatewayObserver()),
                "session"));
    while (!early.isEmpty()) {
      send(early.remove());
    }
  }

  @Override
  public void send(FromAgent message) {
    if (connection.isEmpty()) {
      early.add(message);
    } else {
      Connection to = connection.get();
      to.up.send(() -> to.arrived(message));
    }
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void close() {
    agentGone = true;
    connection.ifPresent(c -> {
      c.up.send(() -> c.nodeLoses("the agent ended it"));
      c.down.close();
    });
  }

  private void agentLoses(String reason) {
    if (!agentGone) {
      agentGone = true;
      lost.accept(reason);
    }
  }

  /** The control node's end. */
  final class Connection extends ServerCallStreamObserver<ToAgent> {
    private final Machine node;
    private final Pipe up;
    private final Pipe down;
    private Optional<ActorRef<GatewaySession.Command>> session = Optional.empty();
    private boolean nodeGone;

    private Connection(Machine node) {
      this.node = node;
      this.up = new Pipe(world, agent, node, () -> agentLoses("UNAVAILABLE: no answer"));
      this.down = new Pipe(world, node, agent, () -> nodeLoses("no answer"));
    }

    /** What comes to an end that is closed already is answered with a reset. */
    private void arrived(FromAgent message) {
      if (nodeGone) {
        world
            .loop()
            .after(
                world.network().delay(),
                () -> world.run(agent, () -> agentLoses("UNAVAILABLE: connection reset")));
      } else {
        heard(new GatewaySession.Heard(message));
      }
    }

    private void heard(GatewaySession.Command message) {
      session.ifPresent(s -> s.tell(message));
    }

    private void nodeLoses(String reason) {
      if (!nodeGone) {
        nodeGone = true;
        heard(new GatewaySession.StreamEnded(reason));
      }
    }

    /** The kernel of a process that died says so, if it can. */
    void ended(Machine dead) {
      Machine other = dead == agent ? node : agent;
      boolean cut =
          world.network().isCut(dead.name(), other.name())
              || world.network().isCut(other.name(), dead.name());
      if (!cut) {
        world
            .loop()
            .after(
                world.network().delay(),
                () ->
                    world.run(
                        other,
                        () -> {
                          if (other == agent) {
                            agentLoses("UNAVAILABLE: connection reset");
                          } else {
                            nodeLoses("connection reset");
                          }
                        }));
      }
    }

    @Override
    public void onNext(ToAgent message) {
      down.send(() -> {
        if (!agentGone) {
          received.accept(message);
        }
      });
    }

    @Override
    public void onError(Throwable failure) {
      onCompleted();
    }

    @Override
    public void onCompleted() {
      nodeGone = true;
      down.send(() -> agentLoses("ended by the control plane"));
    }

    @Override
    public boolean isCancelled() {
      return nodeGone;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
