package io.drover.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.fake.Samples;
import io.drover.agent.store.AgentStore;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.ByteSize;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestChanged;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.LeaseStatus;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.Queued;
import io.drover.protocol.v1.ToAgent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When all hosts of an area come to one gateway at once, most of them wait for minutes. */
class QueuedSessionTest {
  private static final Duration ALMOST = ControlSession.WELCOME_TIMEOUT.minusSeconds(1);

  private final ActorTestKit actors = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(actors.system());
  private final TestProbe<Consumer<ToAgent>> opened = actors.createTestProbe();
  private final TestProbe<FromAgent> said = actors.createTestProbe();
  private final TestProbe<String> closed = actors.createTestProbe();
  @TempDir private Path directory;
  private AgentStore store;
  private ActorRef<ControlSession.Command> session;

  @BeforeEach
  void connect() {
    store = AgentStore.open(directory);
    session =
        actors.spawn(
            ControlSession.create(
                Samples.settings(directory, new BindAddress("127.0.0.1", 7200)),
                store,
                new IdleHost(),
                this::open,
                new Random(1)));
  }

  @AfterEach
  void closeAll() {
    actors.shutdownTestKit();
    store.close();
  }

  @Test
  void shouldWaitForAsLongAsItIsToldThatItsTurnComes() {
    time.timePasses(Duration.ofMillis(1)); // a zero delay is over
    Consumer<ToAgent> gateway = opened.receiveMessage();
    assertThat(said.receiveMessage().hasHello()).isTrue();

    for (int ahead = 3; ahead > 0; ahead--) {
      time.timePasses(ALMOST);
      gateway.accept(ToAgent.newBuilder().setQueued(Queued.newBuilder().setAhead(ahead)).build());
      awaitThatItHeard();
    }
    time.timePasses(ALMOST);
    awaitThatItHeard();
    closed.expectNoMessage(Duration.ZERO);
    time.timePasses(Duration.ofSeconds(1));

    closed.expectMessage("closed");
  }

  /** Everything until now. */
  private void awaitThatItHeard() {
    FromAgent message =
        FromAgent.newBuilder().setGuestChanged(GuestChanged.getDefaultInstance()).build();
    session.tell(new ControlSession.Say(message));
    said.expectMessage(message);
  }

  private ControlStream open(
      BindAddress endpoint, Consumer<ToAgent> received, Consumer<String> lost) {
    opened.getRef().tell(received);
    return new ControlStream() {
      @Override
      public void send(FromAgent message) {
        said.getRef().tell(message);
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void close() {
        closed.getRef().tell("closed");
      }
    };
  }

  /** Has nothing and is asked for nothing. */
  private static final class IdleHost implements ManagedHost {
    @Override
    public Hello describe() {
      return Hello.getDefaultInstance();
    }

    @Override
    public void guests(Consumer<List<GuestStatus>> reply) {
      reply.accept(List.of());
    }

    @Override
    public void execute(Order order, Consumer<OrderResult> reply) {
      throw new AssertionError("nobody gives it orders");
    }

    @Override
    public void announce() {}

    @Override
    public Optional<LeaseStatus> lease() {
      return Optional.empty();
    }

    @Override
    public void offer(String hostId, LeaseTerms terms) {}

    @Override
    public ByteSize memoryUsed() {
      return ByteSize.ZERO;
    }

    @Override
    public double load() {
      return 0;
    }
  }
}
