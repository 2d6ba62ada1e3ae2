package io.drover.transfer.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ActivityIdleStrategyTest {
  private static final long FOREVER_NS = Duration.ofHours(1).toNanos();
  private static final int TURNS = 100;

  @Test
  void shouldSleepUntilATransferBegins() throws InterruptedException {
    AtomicInteger transfers = new AtomicInteger();
    ActivityIdleStrategy idle = new ActivityIdleStrategy(transfers, 1_000, FOREVER_NS);
    CountDownLatch done = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              for (int turn = 0; turn < TURNS; turn++) {
                idle.idle();
              }
              done.countDown();
            });
    Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

    transfers.incrementAndGet();
    idle.wake();

    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
