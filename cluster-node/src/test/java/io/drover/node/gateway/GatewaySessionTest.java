package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final AreaId SOUTH = new AreaId("south");
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final HostId H1 = new HostId(CellId.ofName(NORTH, "h1", 8), "h1");

  private final ActorTestKit testKit = ActorTestKit.create();
  private final TestProbe<Object> told = testKit.createTestProbe();
  private final CountDownLatch saidAll = new CountDownLatch(1);
  private final Stream stream = new Stream();
  private final Board board = new Board(Set::of, Duration.ofSeconds(4), System::nanoTime);
  private final AgentPlaces places = new AgentPlaces(NORTH, board, new NodeCensus());
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
  void shouldHaveAHostWaitWhileAsManyAsItCanAreBeingWelcomed() {
    List<WelcomeQueue.Place> before = new ArrayList<>();
    for (int i = 0; i < WelcomeQueue.SLOTS + 1; i++) {
      before.add(places.queue().enter(() -> {}).orElseThrow());
    }

    say(hello());
    await().until(() -> stream.queued.contains(1));
    told.expectNoMessage();
    before.removeLast().leave();
    await().until(() -> stream.queued.contains(0));
    before.removeLast().leave();

    told.expectMessageClass(Area.Request.RegisterHost.class);
    saidAll.countDown();
  }

  @Test
  void shouldLeaveTheQueueHoweverTheSessionEnds() {
    say(hello());
    told.expectMessageClass(Area.Request.RegisterHost.class);
    AtomicInteger turns = new AtomicInteger();
    for (int i = 0; i < WelcomeQueue.SLOTS; i++) {
      assertThat(places.queue().enter(turns::incrementAndGet)).isPresent();
    }
    assertThat(turns).hasValue(WelcomeQueue.SLOTS - 1);

    session.tell(new GatewaySession.StreamEnded("the agent is gone"));
    saidAll.countDown();

    await().untilAsserted(() -> assertThat(turns).hasValue(WelcomeQueue.SLOTS));
  }

  @Test
  void shouldNotCallAnAgentLostThatFollowsItsCell() {
    board.publish(managed(SOUTH, "south:7200"));
    attach();

    session.tell(new GatewaySession.AgentLeft());

    await().until(() -> stream.completed);
    told.expectNoMessage();
  }

  @Test
  void shouldTellTheHostThatItsAgentHasLeft() {
    attach();

    session.tell(new GatewaySession.AgentLeft());

    told.expectMessageClass(Host.Command.DetachAgent.class);
  }

  @Test
  void shouldEndItsHalfOfTheStreamWhenTheAgentHasEndedTheOther() {
    session.tell(new GatewaySession.AgentLeft());

    await().until(() -> stream.completed);
  }

  @Test
  void shouldTellAnAgentOfANewerListUntilItHasIt() {
    attach();
    board.publish(managed(NORTH, "n2:7200"));

    say(heartbeat(1));
    say(heartbeat(2));
    await().until(() -> stream.endpointLists.size() == 2);

    assertThat(stream.endpointLists.getFirst())
        .isEqualTo(
            EndpointList.newBuilder()
                .setAreaEpoch(1)
                .setVersion(5)
                .addEndpoints("n2:7200")
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

  /** Or it would find its host where it was, be welcomed, and have to come again. */
  @Test
  void shouldSendAnAgentToAnotherAreaOnceItsHostHasMovedThere() {
    ActorRef<AgentSession> fromHost = attach();
    board.publish(managed(SOUTH, "south:7200"));
    fromHost.tell(
        new AgentSession.Welcome(
            H1, new Epoch(1), BEAT, new AgentSession.EndpointList(1, List.of())));
    await().until(() -> stream.welcomed);
    for (int i = 1; i <= GatewaySession.NEWS_HELD_BACK; i++) {
      say(heartbeat(i));
    }

    fromHost.tell(new AgentSession.Refused("its controller has moved", false));

    await().until(() -> stream.completed);
    assertThat(stream.endpointLists).hasSize(1);
    assertThat(stream.endpointLists.getFirst().getEndpointsList()).containsExactly("south:7200");
  }

  @Test
  void shouldNotHoldBackForLongWhereItsAgentIsToGo() {
    attach();
    board.publish(managed(SOUTH, "south:7200"));

    for (int i = 0; i <= GatewaySession.NEWS_HELD_BACK; i++) {
      say(heartbeat(i));
    }

    await().until(() -> stream.endpointLists.size() == 1);
  }

  private ActorRef<AgentSession> attach() {
    say(hello());
    told.expectMessageClass(Area.Request.RegisterHost.class)
        .replyTo()
        .tell(new Area.Reply.HostIs(H1));
    saidAll.countDown();
    return told.expectMessageClass(Host.Command.AttachAgent.class).session();
  }

  private static Management managed(AreaId keeper, String gateway) {
    return new Management(
        NORTH,
        new Epoch(1),
        5,
        5,
        8,
        Map.of(),
        AreaPolicy.DEFAULT.withBackups(List.of(SOUTH)),
        keeper,
        Map.of(),
        Map.of(keeper, List.of(gateway)));
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
    private final List<Integer> queued = new CopyOnWriteArrayList<>();
    private volatile boolean welcomed;
    private volatile boolean completed;

    @Override
    public void onNext(ToAgent message) {
      if (message.hasEndpoints()) {
        endpointLists.add(message.getEndpoints());
      }
      if (message.hasWelcome()) {
        welcomed = true;
      }
      if (message.hasQueued()) {
        queued.add(message.getQueued().getAhead());
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
