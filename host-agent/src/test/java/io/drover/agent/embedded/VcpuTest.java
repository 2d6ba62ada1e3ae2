package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the guest's thread and its visitors meet; slices end when the test says so. */
class VcpuTest {
  private static final int WHOLE_CORE = 1000;
  private static final long HOUR_NS = 3_600_000_000_000L;
  private final Semaphore mayEnd = new Semaphore(0);
  private final AtomicInteger begun = new AtomicInteger();
  private final List<String> ends = Collections.synchronizedList(new ArrayList<>());
  private volatile long nextDelayNs;
  private final Vcpu vcpu = vcpu(ends::add);

  private Vcpu vcpu(Consumer<String> onEnd) {
    return new Vcpu(
        "guest-under-test",
        _ -> {
          begun.incrementAndGet();
          mayEnd.acquireUninterruptibly();
          return nextDelayNs;
        },
        new CpuShare(WHOLE_CORE, System.nanoTime()),
        TestGuests.LIMITS,
        onEnd);
  }

  @AfterEach
  void destroy() {
    mayEnd.release(Integer.MAX_VALUE / 2);
    vcpu.destroy();
  }

  @Test
  void shouldBeginNoSliceWhileItsPermitIsNotGiven() {
    AtomicInteger asked = new AtomicInteger();
    AtomicBoolean given = new AtomicBoolean();
    vcpu.heed(() -> {
      asked.incrementAndGet();
      return given.get();
    });

    vcpu.resume();

    await().until(() -> asked.get() > 2);
    assertThat(begun).hasValue(0);
    given.set(true);
    await().until(() -> begun.get() == 1);
    given.set(false);
    int askedBefore = asked.get();
    mayEnd.release();
    await().until(() -> asked.get() > askedBefore + 2);
    assertThat(begun).hasValue(1);
  }

  @Test
  void shouldLetAVisitorInBetweenTwoSlicesAndBeforeTheNext() {
    vcpu.resume();
    await().until(() -> begun.get() == 1);
    AtomicInteger begunAtVisit = new AtomicInteger();
    Thread visitor =
        Thread.ofPlatform().start(() -> vcpu.atBoundary(() -> begunAtVisit.set(begun.get())));
    await().until(() -> visitor.getState() == Thread.State.WAITING);
    assertThat(begunAtVisit).hasValue(0);

    mayEnd.release();

    await().until(() -> begunAtVisit.get() == 1);
    await().until(() -> begun.get() == 2); // and the guest goes on
  }

  @Test
  void shouldReturnFromPauseOnceTheSliceHasEnded() {
    vcpu.resume();
    await().until(() -> begun.get() == 1);
    Thread pauser = Thread.ofPlatform().start(vcpu::pause);
    await().until(() -> pauser.getState() == Thread.State.WAITING);

    mayEnd.release();

    await().until(() -> !pauser.isAlive());
    assertThat(vcpu.isRunnable()).isFalse();
    vcpu.atBoundary(() -> assertThat(begun).hasValue(1));
  }

  @Test
  void shouldLetVisitorsInAtOnceWhileTheGuestSleeps() {
    nextDelayNs = HOUR_NS;
    mayEnd.release();
    vcpu.resume();
    await().until(() -> begun.get() == 1);

    vcpu.pause();
    vcpu.resume();

    vcpu.atBoundary(() -> assertThat(begun).hasValue(1));
  }

  @Test
  void shouldNotOversleepAWakeThatCameDuringASlice() {
    nextDelayNs = HOUR_NS;
    vcpu.resume();
    await().until(() -> begun.get() == 1);
    vcpu.wake();

    mayEnd.release();

    await().until(() -> begun.get() == 2);
  }

  @Test
  void shouldCutASleepShortWhenWoken() {
    nextDelayNs = HOUR_NS;
    mayEnd.release();
    vcpu.resume();
    await().until(() -> begun.get() == 1);
    vcpu.atBoundary(() -> {});

    vcpu.wake();

    await().until(() -> begun.get() == 2);
  }

  @Test
  void shouldSayWithWhichStatusTheGuestEnded() {
    nextDelayNs = -1 - 3;
    mayEnd.release();

    vcpu.resume();

    await().until(() -> !ends.isEmpty());
    assertThat(ends).containsExactly("exited with status 3");
    assertThat(vcpu.endReason()).isEqualTo("exited with status 3");
  }
}
