package io.drover.agent.supervision;

import static io.drover.agent.fake.Samples.VM;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.fake.FakeHypervisor;
import io.drover.agent.fake.FakeTransfers;
import io.drover.agent.image.ImageShelf;
import io.drover.agent.image.ImageSource.NoSuchImageException;
import io.drover.agent.migration.BlackoutModel;
import io.drover.agent.migration.MigrationListener;
import io.drover.agent.store.AgentStore;
import io.drover.config.units.ByteSize;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a keeper has nothing to keep. */
class GuestKeeperTest {
  private final ActorTestKit actors = ActorTestKit.create();
  @TempDir private Path directory;

  @AfterEach
  void stopActors() {
    actors.shutdownTestKit();
  }

  @Test
  void shouldLeaveAfterAQuestionAboutAGuestThatIsNotHere() {
    try (AgentStore store = AgentStore.open(directory)) {
      TestProbe<HostSupervisor.Command> supervisor = actors.createTestProbe();
      ActorRef<GuestKeeper.Command> keeper =
          actors.spawn(
              GuestKeeper.create(
                  VM, parts(store), new GuestKeeper.Outlets(supervisor.getRef(), _ -> {})));
      CompletableFuture<OrderResult> answer = new CompletableFuture<>();

      keeper.tell(
          new GuestKeeper.Execute(new GuestOrder.ReadConsole(VM, 0, 100), answer::complete));

      assertThat(answer.join().getFailure().getCode()).isEqualTo(Code.NO_SUCH_GUEST);
      supervisor.fishForMessage(
          GuestKeeper.REPORT_INTERVAL.multipliedBy(5),
          message ->
              message.equals(new HostSupervisor.Vacant(VM))
                  ? FishingOutcomes.complete()
                  : FishingOutcomes.continueAndIgnore());
    }
  }

  private HostParts parts(AgentStore store) {
    FakeHypervisor hypervisor = new FakeHypervisor();
    return new HostParts(
        store,
        List.of(hypervisor),
        new FakeTransfers(),
        Runnable::run,
        InstantSource.system(),
        MigrationListener.logging(),
        ImageShelf.open(
            directory.resolve("images"),
            List.of(hypervisor),
            (sha256, _, _) -> {
              throw new NoSuchImageException(sha256);
            }),
        new BlackoutModel(InstantSource.system()),
        new MemoryLedger(ByteSize.ofMib(1)),
        HostLease.NONE,
        new Semaphore(1),
        new Semaphore(1));
  }
}
