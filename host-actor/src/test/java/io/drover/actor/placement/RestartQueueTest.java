package io.drover.actor.placement;

import static io.drover.actor.Samples.CELL;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.SPEC;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.placement.Scheduler.Command.RestartVm;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.config.units.VmId;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RestartQueueTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  private final TestProbe<Placement> vms = KIT.createTestProbe();
  private final RestartQueue queue = new RestartQueue();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldTakeTheMostImportantFirstAndThenWhoeverCameFirst() {
    RestartVm late = request(3, 100);
    RestartVm first = request(1, 100);
    RestartVm important = request(2, 500);
    queue.add(first);
    queue.add(late);
    queue.add(important);
    queue.add(first); // the same again

    assertThat(queue.takeBatch()).containsExactly(important, first, late);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void shouldTakeNoMoreThanABatchAtATime() {
    for (int i = 0; i <= RestartQueue.BATCH_LIMIT; i++) {
      queue.add(request(i, 100));
    }

    assertThat(queue.takeBatch()).hasSize(RestartQueue.BATCH_LIMIT);
    assertThat(queue.takeBatch()).hasSize(1);
  }

  @Test
  void shouldGiveUpTheLeastImportantWhenTooManyWait() {
    for (int i = 0; i < RestartQueue.LIMIT - 1; i++) {
      queue.add(request(i, 500));
    }
    RestartVm unimportant = request(RestartQueue.LIMIT, 100);
    assertThat(queue.add(unimportant)).isEmpty();

    assertThat(queue.add(request(RestartQueue.LIMIT + 1, 500))).contains(unimportant);
    assertThat(queue.add(unimportant)).as("as long as there is no place").contains(unimportant);
  }

  private RestartVm request(int number, int priority) {
    VmId vm = new VmId(CELL, "01k%023d".formatted(number));
    HostLossPolicy policy = new HostLossPolicy(OnHostLoss.RESTART, priority);
    return new RestartVm(vm, SPEC.with(policy), H1, List.of(), BurstPolicy.NEVER, vms.ref());
  }
}
