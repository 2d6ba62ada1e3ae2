package io.drover.agent.session;

import static io.drover.agent.fake.Samples.VM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.agent.fake.CapturedLog;
import io.drover.agent.fake.Orders;
import io.drover.agent.fake.Samples;
import io.drover.agent.fake.ScriptedControlPlane;
import io.drover.agent.store.AgentStore;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Epoch;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.EndpointList;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.LeaseStatus;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.ToAgent;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's side of the protocol, over real sockets. */
class ControlSessionTest {
  private final ScriptedControlPlane first = ScriptedControlPlane.start(5);
  private final ScriptedControlPlane second = ScriptedControlPlane.start(5);
  private final ActorTestKit actors = ActorTestKit.create();
  private final RecordingHost host = new RecordingHost();
  @TempDir private Path directory;
  private AgentStore store;

  @BeforeEach
  void openStore() {
    store = AgentStore.open(directory);
  }

  @AfterEach
  void closeAll() {
    actors.shutdownTestKit();
    first.close();
    second.close();
    store.close();
  }

  private ActorRef<ControlSession.Command> connect(BindAddress... endpoints) {
    return actors.spawn(
        ControlSession.create(Samples.settings(directory, endpoints), store, host, new Random(1)),
        DispatcherSelector.blocking());
  }

  @Test
  void shouldSayWhoItIsAndBeatAsOftenAsAsked() {
    store.save(store.agent().withControlEpoch(new Epoch(4)));

    connect(first.endpoint());

    Hello hello = first.awaitHello(1);
    assertThat(hello.getProtocolVersion()).isEqualTo(1);
    assertThat(hello.getHostName()).isEqualTo("h1");
    assertThat(hello.getHighestControlEpoch()).isEqualTo(4);
    assertThat(hello.getGuestsList()).extracting(GuestStatus::getVmId).containsExactly(VM.text());
    first.await(m -> m.hasHeartbeat() && m.getHeartbeat().getSequence() >= 3);
    assertThat(store.agent().highestControlEpoch()).isEqualTo(new Epoch(5));
    assertThat(host.announcements).hasValue(1);
  }

  @Test
  void shouldHandOnLeaseTermsAndTellOfTheLease() {
    connect(first.endpoint());
    first.await(m -> m.hasHeartbeat() && m.getHeartbeat().getLease().getLeaseEpoch() == 4);

    first.send(ToAgent.newBuilder().setLease(LeaseTerms.newBuilder().setLeaseEpoch(9)).build());

    await().until(() -> host.offers.contains("host-north-03-h1 9"));
  }

  @Test
  void shouldDoAnOrderOnceAndAnswerEachTime() {
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);

    first.execute("o/1", Orders.pause(VM, 1));
    first.order("o/1", Orders.pause(VM, 1));
    await().until(() -> first.results("o/1").size() == 2);

    assertThat(host.executed).containsExactly("o/1");
    assertThat(first.results("o/1").get(0)).isEqualTo(first.results("o/1").get(1));
  }

  @Test
  void shouldAnswerARepetitionOnTheNextSessionWithWhatItRemembers() {
    host.holdAnswers();
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);
    first.order("o/1", Orders.pause(VM, 1));
    await().until(() -> host.executed.contains("o/1"));
    first.hangUp();
    first.awaitHello(2);

    host.releaseAnswers();
    await().until(() -> store.agent().highestControlEpoch().equals(new Epoch(5)));
    first.order("o/1", Orders.pause(VM, 1));

    first.awaitResult("o/1");
    assertThat(host.executed).containsExactly("o/1");
  }

  @Test
  void shouldAskAgainWhatOnlyAsks() {
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);

    first.execute("o/1", Orders.console(VM));
    first.order("o/1", Orders.console(VM));
    await().until(() -> first.results("o/1").size() == 2);

    assertThat(host.executed).containsExactly("o/1", "o/1");
  }

  /** A guest that was started may have been removed since. */
  @Test
  void shouldNotSayFromMemoryThatAGuestRuns() {
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);

    first.execute("o/1", Orders.boot(Samples.spec(), 1));
    first.order("o/1", Orders.boot(Samples.spec(), 1));
    await().until(() -> first.results("o/1").size() == 2);

    assertThat(host.executed).containsExactly("o/1", "o/1");
  }

  @Test
  void shouldRefuseOrdersOfAnOlderControlPlaneAndCountThem() {
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);
    first.order("new", 9, Orders.pause(VM, 1));
    first.awaitResult("new");

    OrderResult stale = first.execute("old", Orders.pause(VM, 1));

    assertThat(stale.getFailure().getCode()).isEqualTo(Code.STALE_CONTROL_EPOCH);
    assertThat(stale.getFailure().getDetail()).contains("5", "9");
    assertThat(host.executed).containsExactly("new");
    assertThat(store.agent().highestControlEpoch()).isEqualTo(new Epoch(9));
    first.await(m -> m.hasHeartbeat() && m.getHeartbeat().getStaleOrdersRefused() == 1);
  }

  @Test
  void shouldLeaveAControlPlaneThatLostTheHost() {
    store.save(store.agent().withControlEpoch(new Epoch(6)));
    ScriptedControlPlane newer = ScriptedControlPlane.start(7);
    try {
      connect(first.endpoint(), newer.endpoint());

      newer.await(FromAgent::hasHeartbeat);
      assertThat(first.hasReceived(FromAgent::hasHeartbeat)).isFalse();
    } finally {
      newer.close();
    }
  }

  @Test
  void shouldWalkToTheNextEndpointWhenOneIsGone() {
    connect(first.endpoint(), second.endpoint());
    first.await(FromAgent::hasHeartbeat);

    first.close();

    second.await(FromAgent::hasHeartbeat);
  }

  @Test
  void shouldAdoptOnlyAHigherEndpointListAndKeepIt() {
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);

    try (CapturedLog log = CapturedLog.of(EndpointBook.class.getName())) {
      first.send(list(3, second.endpoint().toString(), "10.1.2.3:7200", "nonsense"));
      first.await(m -> m.hasHeartbeat() && m.getHeartbeat().getEndpointListVersion() == 3);
      assertThat(log.messages()).filteredOn(line -> line.contains("ignored")).hasSize(2);
    }
    first.send(list(2, "127.0.0.1:1"));
    first.execute("o/1", Orders.pause(VM, 1));

    assertThat(store.agent().endpoints().version()).isEqualTo(3);
    assertThat(store.agent().endpoints().endpoints())
        .as("neither another machine nor a malformed one")
        .containsExactly(second.endpoint().toString());
    first.close();
    second.await(FromAgent::hasHeartbeat);
  }

  @Test
  void shouldMoveToTheControlPlaneThatManagesItsHost() {
    connect(first.endpoint());
    first.await(FromAgent::hasHeartbeat);

    first.send(managedBy(1, 4, second.endpoint().toString(), first.endpoint().toString()));

    second.await(FromAgent::hasHeartbeat);
    second.send(managedBy(0, 99, first.endpoint().toString())); // of a control plane of before
    second.await(m -> m.hasHeartbeat() && m.getHeartbeat().getSequence() > 3);
    assertThat(store.agent().endpoints().areaEpoch().value()).isEqualTo(1);
    assertThat(store.agent().endpoints().version()).isEqualTo(4);
  }

  private static ToAgent managedBy(long areaEpoch, long version, String... endpoints) {
    return ToAgent.newBuilder()
        .setEndpoints(
            EndpointList.newBuilder()
                .setAreaEpoch(areaEpoch)
                .setVersion(version)
                .addAllEndpoints(List.of(endpoints))
                .setManaging(1))
        .build();
  }

  @Test
  void shouldGoOnAskingAfterARefusal() {
    AtomicInteger refusals = new AtomicInteger();
    first.greetWith(hello ->
        refusals.incrementAndGet() < 3
            ? ScriptedControlPlane.refusal("not yet", refusals.get() == 2)
            : first.welcome(EndpointList.getDefaultInstance()));

    try (CapturedLog log = CapturedLog.of(ControlSession.class.getName())) {
      connect(first.endpoint());

      first.await(FromAgent::hasHeartbeat);
      assertThat(log.messages()).filteredOn(line -> line.contains("refuses")).hasSize(2);
    }
    assertThat(first.helloCount()).isEqualTo(3);
  }

  @Test
  void shouldNotLoseWhatIsSaidWhileItConnects() {
    host.holdGuests();
    ActorRef<ControlSession.Command> session = connect(first.endpoint());
    await().until(host::isAskedForGuests);

    session.tell(new ControlSession.Say(guestChanged()));
    host.releaseGuests();

    first.await(FromAgent::hasGuestChanged);
    assertThat(first.awaitHello(1)).isNotNull();
  }

  @Test
  void shouldLeaveNoStreamOpenWhenItFails() {
    actors.spawn(
        Behaviors.supervise(
                ControlSession.create(
                    Samples.settings(directory, first.endpoint()), store, host, new Random(1)))
            .onFailure(SupervisorStrategy.restart().withLoggingEnabled(false)),
        DispatcherSelector.blocking());
    first.await(FromAgent::hasHeartbeat);

    first.order(RecordingHost.FAILING, Orders.pause(VM, 1));

    first.awaitHello(2);
    await().untilAsserted(() -> assertThat(first.endedCount()).isEqualTo(1));
  }

  private static FromAgent guestChanged() {
    FromAgent.Builder message = FromAgent.newBuilder();
    message.getGuestChangedBuilder().getGuestBuilder().setVmId(VM.text());
    return message.build();
  }

  private static ToAgent list(long version, String... endpoints) {
    return ToAgent.newBuilder()
        .setEndpoints(
            EndpointList.newBuilder().setVersion(version).addAllEndpoints(List.of(endpoints)))
        .build();
  }

  /** Answers Done, when it may. */
  private static final class RecordingHost implements ManagedHost {
    private static final String FAILING = "o/failing";

    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final List<Runnable> heldAnswers = new CopyOnWriteArrayList<>();
    private final List<Runnable> heldGuests = new CopyOnWriteArrayList<>();
    private final List<String> offers = new CopyOnWriteArrayList<>();
    private final AtomicInteger announcements = new AtomicInteger();
    private volatile boolean holdingAnswers;
    private volatile boolean holdingGuests;

    private void holdAnswers() {
      holdingAnswers = true;
    }

    private void releaseAnswers() {
      holdingAnswers = false;
      heldAnswers.forEach(Runnable::run);
    }

    private void holdGuests() {
      holdingGuests = true;
    }

    private boolean isAskedForGuests() {
      return !heldGuests.isEmpty();
    }

    private void releaseGuests() {
      heldGuests.forEach(Runnable::run);
    }

    @Override
    public Hello describe() {
      return Hello.newBuilder().setArea("north").setHostName("h1").build();
    }

    @Override
    public void guests(Consumer<List<GuestStatus>> reply) {
      Runnable answer =
          () -> reply.accept(List.of(GuestStatus.newBuilder().setVmId(VM.text()).build()));
      if (holdingGuests) {
        heldGuests.add(answer);
      } else {
        answer.run();
      }
    }

    @Override
    public void execute(Order order, Consumer<OrderResult> reply) {
      if (order.getOrderId().equals(FAILING)) {
        throw new IllegalStateException("a fault inside the agent");
      }
      executed.add(order.getOrderId());
      Runnable answer =
          () -> reply.accept(OrderResult.newBuilder().setDone(Done.getDefaultInstance()).build());
      if (holdingAnswers) {
        heldAnswers.add(answer);
      } else {
        answer.run();
      }
    }

    @Override
    public void announce() {
      announcements.incrementAndGet();
    }

    @Override
    public Optional<LeaseStatus> lease() {
      return Optional.of(LeaseStatus.newBuilder().setLeaseEpoch(4).setHeld(true).build());
    }

    @Override
    public void offer(String hostId, LeaseTerms terms) {
      offers.add(hostId + " " + terms.getLeaseEpoch());
    }

    @Override
    public double load() {
      return 0.5;
    }

    @Override
    public ByteSize memoryUsed() {
      return ByteSize.ZERO;
    }
  }
}
