package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.area.Area;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.Management;
import io.drover.actor.host.Host;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.node.board.Board;
import io.drover.node.board.NodeCensus;
import io.drover.protocol.v1.EndpointList;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.Heartbeat;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a session makes of messages that come in an order the wire seldom gives. */
final class GatewaySessionTest {
  private static final AreaId NORTH = new AreaId("north");
  private static final HostId H1 = new HostId(CellId.ofName(NORTH, "h1", 8), "h1");

  private final ActorTestKit testKit = ActorTestKit.create();
  private final TestProbe<Object> told = testKit.createTestProbe();
  private final CountDownLatch saidAll = new CountDownLatch(1);
  private final Stream stream = new Stream();
  private final Board board = new Board(Set::of, Duration.ofSeconds(4), System::nanoTime);
  private final AgentPlaces places =
      new AgentPlaces(NORTH, List.of("127.0.0.1:7200"), board, new NodeCensus());
  private final ActorRef<GatewaySession.Command> session =
      testKit.spawn(GatewaySession.create(places, stream, routes(), new SilentObserver()));

  @AfterEach
  void stop() {
    testKit.shutdownTestKit();
  }

  @Test
  void shouldPassOnReportsInTheOrderInWhichTheyWereSaid() {
    say(hello());
    Area.Request.RegisterHost registration =
        told.expectMessageClass(Area.Request.RegisterHost.class);
    say(heartbeat(1));
    registration.replyTo().tell(new Area.Reply.HostIs(H1));
    say(heartbeat(2)); // there before the first one is looked at again
    saidAll.countDown();

    told.expectMessageClass(Host.Command.AttachAgent.class);
    assertThat(nextHeartbeat()).isEqualTo(1);
    assertThat(nextHeartbeat()).isEqualTo(2);
  }

  @Test
  void shouldDetachWhenWhatWasSaidEarlyEndsTheSession() {
    say(hello());
    Area.Request.RegisterHost registration =
        told.expectMessageClass(Area.Request.RegisterHost.class);
    say(FromAgent.getDefaultInstance());
    registration.replyTo().tell(new Area.Reply.HostIs(H1));
    saidAll.countDown();

    told.expectMessageClass(Host.Command.AttachAgent.class);
    told.expectMessageClass(Host.Command.DetachAgent.class);
    await().until(() -> stream.completed);
  }

  /** Or, when all hosts come at once, each is given up just before its turn, and comes again. */
  @Test
  void shouldSendAHostAwayWhileAsManyAsItCanAreBeingWelcomed() {
    for (int i = 0; i < WelcomeSlots.LIMIT; i++) {
      places.slots().take();
    }

    say(hello());

    await().until(() -> stream.completed);
    told.expectNoMessage();
    places.slots().free();
    assertThat(places.slots().take()).isTrue();
  }

  @Test
  void shouldFreeItsSlotHoweverTheSessionEnds() {
    say(hello());
    told.expectMessageClass(Area.Request.RegisterHost.class);
    session.tell(new GatewaySession.StreamEnded("the agent is gone"));
    saidAll.countDown();
    await().until(() -> stream.completed);

    await()
        .untilAsserted(() -> {
          int free = 0;
          while (places.slots().take()) {
            free++;
          }
          for (int i = 0; i < free; i++) {
            places.slots().free();
          }
          assertThat(free).isEqualTo(WelcomeSlots.LIMIT);
        });
  }

  @Test
  void shouldEndItsHalfOfTheStreamWhenTheAgentHasEndedTheOther() {
    session.tell(new GatewaySession.StreamEnded("the agent ended it"));

    await().until(() -> stream.completed);
  }

  @Test
  void shouldTellAnAgentOfANewerListUntilItHasIt() {
    attach();
    board.publish(managed(new Epoch(1), "south:7200"));

    say(heartbeat(1));
    say(heartbeat(2));
    await().until(() -> stream.endpointLists.size() == 2);

    assertThat(stream.endpointLists.getFirst())
        .isEqualTo(
            EndpointList.newBuilder()
                .setAreaEpoch(1)
                .setVersion(5)
                .addEndpoints("south:7200")
                .setManaging(1)
                .build());
    say(
        FromAgent.newBuilder()
            .setHeartbeat(
                Heartbeat.newBuilder()
                    .setSequence(3)
                    .setEndpointListAreaEpoch(1)
                    .setEndpointListVersion(5))
            .build());
    assertThat(nextHeartbeat()).isEqualTo(1);
    assertThat(nextHeartbeat()).isEqualTo(2);
    assertThat(nextHeartbeat()).isEqualTo(3);
    assertThat(stream.endpointLists).hasSize(2);
  }

  private void attach() {
    say(hello());
    told.expectMessageClass(Area.Request.RegisterHost.class)
        .replyTo()
        .tell(new Area.Reply.HostIs(H1));
    saidAll.countDown();
    told.expectMessageClass(Host.Command.AttachAgent.class);
  }

  private static Management managed(Epoch areaEpoch, String gateway) {
    AreaId south = new AreaId("south");
    return new Management(
        NORTH,
        areaEpoch,
        5,
        5,
        8,
        Map.of(),
        AreaPolicy.DEFAULT.withBackups(List.of(south)),
        south,
        Map.of(),
        Map.of(south, List.of(gateway)));
  }

  private void say(FromAgent message) {
    session.tell(new GatewaySession.Heard(message));
  }

  private long nextHeartbeat() {
    Host.Command.AgentSaid said = told.expectMessageClass(Host.Command.AgentSaid.class);
    return ((AgentReport.Heartbeat) said.report()).sequence();
  }

  private static FromAgent hello() {
    return FromAgent.newBuilder()
        .setHello(Hello.newBuilder().setProtocolVersion(1).setArea("north").setHostName("h1"))
        .build();
  }

  private static FromAgent heartbeat(long sequence) {
    return FromAgent.newBuilder()
        .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence))
        .build();
  }

  /** Holds the session while it registers, until everything is in its mailbox. */
  private Routes routes() {
    return new Routes() {
      @Override
      public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
        told.getRef().tell((Object) command);
        if (command instanceof Area.Request.RegisterHost) {
          try {
            saidAll.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        }
      }

      @Override
      public <C, R> CompletionStage<R> ask(
          EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
        throw new AssertionError("a gateway never asks");
      }
    };
  }

  /** The server's half of a stream that nobody listens to. */
  private static final class Stream extends ServerCallStreamObserver<ToAgent> {
    private final List<EndpointList> endpointLists = new CopyOnWriteArrayList<>();
    private volatile boolean completed;

    @Override
    public void onNext(ToAgent message) {
      if (message.hasEndpoints()) {
        endpointLists.add(message.getEndpoints());
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {
      if (completed) {
        throw new IllegalStateException("call already closed"); // as gRPC does
      }
      completed = true;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
