package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.Management;
import io.drover.actor.host.Host;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.NodeSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import io.drover.node.board.Board;
import io.drover.node.board.NodeCensus;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestChanged;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Heartbeat;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.Refused;
import io.drover.protocol.v1.ToAgent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AgentGatewayTest {
  private static final AreaId NORTH = new AreaId("north");
  private static final HostId H1 = new HostId(CellId.ofName(NORTH, "h1", 8), "h1");
  private static final VmId VM = VmId.parse("vm-north-03-01k0000000000000000000000a");

  private final ActorTestKit testKit = ActorTestKit.create();
  private final TestProbe<Told> told = testKit.createTestProbe();
  private final Board board = new Board(Set::of, Duration.ofSeconds(4), System::nanoTime);
  private AgentGateway gateway;
  private ScriptedAgent agent;

  /** What the gateway sent to an entity. */
  private record Told(String entity, Object command) {}

  @BeforeEach
  void start() throws IOException {
    gateway =
        AgentGateway.start(
            testKit.system(),
            settings(0),
            routes(),
            new OneImage(),
            new RevocationsInMemory(),
            board,
            new NodeCensus(),
            new SilentObserver());
    agent = ScriptedAgent.connect(gateway.address());
  }

  @AfterEach
  void stop() {
    agent.close();
    gateway.close();
    testKit.shutdownTestKit();
  }

  @Test
  void shouldCarryASessionBothWays() {
    Host.Command.AttachAgent attach = attachH1();
    assertThat(attach.host()).isEqualTo(H1);
    assertThat(attach.hello().hostName()).isEqualTo("h1");
    assertThat(attach.endpoints().endpoints()).containsExactly(gateway.address().toString());

    attach
        .session()
        .tell(
            new AgentSession.Welcome(H1, new Epoch(7), Duration.ofSeconds(1), attach.endpoints()));
    assertThat(agent.hear().getWelcome().getControlEpoch()).isEqualTo(7);

    attach
        .session()
        .tell(
            new AgentSession.Deliver(
                "o1", new Epoch(7), new AgentOrder.RemoveGuest(VM, new Epoch(2))));
    ToAgent order = agent.hear();
    assertThat(order.getOrder().getRemoveGuest().getVmId()).isEqualTo(VM.text());
    agent.say(
        FromAgent.newBuilder()
            .setOrderResult(
                OrderResult.newBuilder().setOrderId("o1").setDone(Done.getDefaultInstance()))
            .build());
    Host.Command.AgentSaid said = expectToldToH1(Host.Command.AgentSaid.class);
    assertThat(said.sessionId()).isEqualTo(attach.sessionId());
    assertThat(said.report())
        .isEqualTo(new AgentReport.OrderResult("o1", new AgentReport.Outcome.Done()));
  }

  @Test
  void shouldDetachWhenTheStreamBreaks() {
    Host.Command.AttachAgent attach = attachH1();
    agent.breakStream();
    assertThat(expectToldToH1(Host.Command.DetachAgent.class).sessionId())
        .isEqualTo(attach.sessionId());
  }

  @Test
  void shouldEndTheSessionWhenTheHostRefusesIt() {
    Host.Command.AttachAgent attach = attachH1();
    attach.session().tell(new AgentSession.Refused("name in use", false));
    assertThat(agent.hear().hasEndpoints()).isTrue();
    assertThat(agent.hear().getRefused())
        .isEqualTo(Refused.newBuilder().setReason("name in use").build());
    agent.awaitEnd();
    expectToldToH1(Host.Command.DetachAgent.class);
  }

  @Test
  void shouldTurnAwayAnAgentOfAnAreaThatNobodyHasHeardOf() {
    agent.say(hello("west", "h1", 1));

    assertThat(agent.hear().getRefused())
        .isEqualTo(
            Refused.newBuilder()
                .setReason("the agent belongs to area \"west\", which is not known here")
                .build());
    agent.awaitEnd();
  }

  @Test
  void shouldTakeAnAgentOfAnotherAreaThatIsKnown() {
    AreaId south = new AreaId("south");
    board.publish(
        new Management(
            south, Epoch.NONE, 1, 1, 8, Map.of(), AreaPolicy.DEFAULT, south, Map.of(), Map.of()));

    agent.say(hello("south", "h1", 1));

    Told registration = told.expectMessageClass(Told.class);
    assertThat(registration.entity()).isEqualTo("south");
  }

  @Test
  void shouldRefuseAnUnknownProtocolVersionForGood() {
    agent.say(hello("north", "h1", 2));
    assertRefusedForGood("the agent speaks protocol version 2, this control plane 1");
  }

  @Test
  void shouldRefuseForGoodWhomTheAreaRefuses() {
    agent.say(hello("north", "H 1", 1));
    expectRegistration()
        .replyTo()
        .tell(new Area.Reply.Refused(Refusal.of(Refusal.Kind.INVALID, "not a host id: \"H 1\"")));
    assertRefusedForGood("not a host id: \"H 1\"");
  }

  @Test
  void shouldWaitForAnAreaThatIsNotDefinedYet() {
    agent.say(hello("north", "h1", 1));
    expectRegistration()
        .replyTo()
        .tell(new Area.Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "no area north")));
    expectRegistration().replyTo().tell(new Area.Reply.HostIs(H1));
    expectToldToH1(Host.Command.AttachAgent.class);
  }

  @Test
  void shouldPassOnWhatTheAgentSaysRightAfterItsHello() {
    agent.say(hello("north", "h1", 1));
    Area.Request.RegisterHost registration = expectRegistration();
    agent.say(FromAgent.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build());
    registration.replyTo().tell(new Area.Reply.HostIs(H1));
    expectToldToH1(Host.Command.AttachAgent.class);
    expectToldToH1(Host.Command.AgentSaid.class);
  }

  @Test
  void shouldHaveTheAgentComeBackWhenItsHostHasMoved() {
    Host.Command.AttachAgent attach = attachH1();
    attach
        .session()
        .tell(
            new AgentSession.Welcome(H1, new Epoch(7), Duration.ofSeconds(1), attach.endpoints()));
    assertThat(agent.hear().hasWelcome()).isTrue();
    agent.say(FromAgent.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build());
    expectToldToH1(Host.Command.AgentSaid.class);
    Host.Command.CheckSession check = expectToldToH1(Host.Command.CheckSession.class);
    assertThat(check.sessionId()).isEqualTo(attach.sessionId());
    check.session().tell(new AgentSession.Refused("the controller has moved", false));
    assertThat(agent.hear().getRefused().getPermanent()).isFalse();
    agent.awaitEnd();
  }

  @Test
  void shouldRefuseASessionThatDoesNotBeginWithHello() {
    agent.say(FromAgent.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build());
    assertRefusedForGood("the first message of a session must be Hello");
  }

  @Test
  void shouldEndASessionThatNamesAMalformedId() {
    attachH1();
    agent.say(
        FromAgent.newBuilder()
            .setGuestChanged(
                GuestChanged.newBuilder()
                    .setGuest(
                        GuestStatus.newBuilder()
                            .setVmId("vm-nowhere")
                            .setState(GuestStatus.State.RUNNING)))
            .build());
    assertThat(agent.hear().getRefused().getReason()).contains("not a vm id: \"vm-nowhere\"");
    expectToldToH1(Host.Command.DetachAgent.class);
  }

  private void assertRefusedForGood(String reason) {
    Refused refused = agent.hear().getRefused();
    assertThat(refused.getReason()).contains(reason);
    assertThat(refused.getPermanent()).isTrue();
    agent.awaitEnd();
    told.expectNoMessage(Duration.ZERO);
  }

  private Host.Command.AttachAgent attachH1() {
    agent.say(hello("north", "h1", 1));
    Area.Request.RegisterHost registration = expectRegistration();
    assertThat(registration.name()).isEqualTo("h1");
    registration.replyTo().tell(new Area.Reply.HostIs(H1));
    return expectToldToH1(Host.Command.AttachAgent.class);
  }

  private Area.Request.RegisterHost expectRegistration() {
    Told message = told.receiveMessage();
    assertThat(message.entity()).isEqualTo("north");
    return (Area.Request.RegisterHost) message.command();
  }

  private <T> T expectToldToH1(Class<T> type) {
    Told message = told.receiveMessage();
    assertThat(message.entity()).isEqualTo(H1.text());
    assertThat(message.command()).isInstanceOf(type);
    return type.cast(message.command());
  }

  private static FromAgent hello(String area, String host, int version) {
    return FromAgent.newBuilder()
        .setHello(Hello.newBuilder().setProtocolVersion(version).setArea(area).setHostName(host))
        .build();
  }

  private static NodeSettings settings(int gatewayPort) {
    BindAddress any = new BindAddress("127.0.0.1", 0);
    return new NodeSettings(
        "n1",
        NORTH,
        8,
        any,
        List.of(),
        any,
        new BindAddress("127.0.0.1", gatewayPort),
        Optional.empty(),
        new DatabaseSettings(DatabaseSettings.Kind.H2, "jdbc:h2:mem:unused", "sa", "", 2),
        List.of(),
        100,
        1000,
        false);
  }

  private Routes routes() {
    return new Routes() {
      @Override
      public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
        told.getRef().tell(new Told(entityId, command));
      }

      @Override
      public <C, R> CompletionStage<R> ask(
          EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
        throw new UnsupportedOperationException("a gateway never asks");
      }
    };
  }
}
