package io.drover.agent.embedded;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import io.drover.agent.guest.RunPermit;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that runs one guest, slice by slice, and the one place where others meet it.
 *
 * <pre>
 *   stopped ─resume─▶ runnable ⇄ in a slice ─halt, trap, runaway─▶ ended
 *      ▲────pause────────┘
 * </pre>
 *
 * A visitor (pause, dirty collection) is let in between two slices and before the next one begins,
 * however busy the guest is. No slice begins while the guest's permit is not given. A guest that
 * sleeps or waits for its CPU share is in no slice: a visit then costs one uncontended lock. Safe
 * on any thread but the guest's own.
 */
final class Vcpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long STACK_BYTES = 1 << 20;
  private static final long PERMIT_POLL_NS = 50_000_000; // of a guest that must not run just now

  /** The guest's code. */
  @FunctionalInterface
  interface Program {
    /**
     * Runs for about {@code budgetNs}.
     *
     * @return nanoseconds until it wants to run again; negative when it has halted, {@code -1 -
     *     status}
     */
    long slice(long budgetNs);
  }

  private final Program program;
  private final CpuShare share;
  private final long budgetNs;
  private final long cpuLimitNs;
  private final Consumer<String> onEnd;
  private final Thread thread;

  private volatile RunPermit permit = RunPermit.ALWAYS;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turn = lock.newCondition();
  private final Condition boundary = lock.newCondition();
  // All below is guarded by the lock.
  private boolean runnable;
  private boolean inSlice;
  private int visitors;
  private boolean destroyed;
  private boolean runaway;
  private boolean woken;
  private long sliceCpuStartNs;
  private long sleepUntilNs = System.nanoTime();
  private long throttledUntilNs = sleepUntilNs;
  private @Nullable String endReason;

  /**
   * @param onEnd told why, on the guest's thread, when the guest ends by itself
   */
  Vcpu(
      String name, Program program, CpuShare share, EmbeddedLimits limits, Consumer<String> onEnd) {
    this.program = program;
    this.share = share;
    this.budgetNs = limits.sliceBudget().toNanos();
    this.cpuLimitNs = limits.sliceCpuLimit().toNanos();
    this.onEnd = onEnd;
    this.thread = new Thread(null, this::run, name, STACK_BYTES);
    thread.setDaemon(true);
    thread.start(); // now, so that no thread is made within a blackout
  }

  void resume() {
    lock.lock();
    try {
      runnable = true;
      turn.signal();
    } finally {
      lock.unlock();
    }
  }

  void heed(RunPermit asked) {
    permit = asked;
  }

  /** Returns when no guest instruction runs, and none will. */
  Instant pause() {
    Instant[] stoppedAt = new Instant[1];
    atBoundary(() -> {
      runnable = false;
      stoppedAt[0] = Instant.now();
    });
    return stoppedAt[0];
  }

  /** Does {@code work} while the guest stands between two slices. */
  void atBoundary(Runnable work) {
    lock.lock();
    try {
      visitors++;
      while (inSlice) {
        boundary.awaitUninterruptibly(); // bounded: the watchdog ends a slice that does not
      }
      work.run();
    } finally {
      visitors--;
      turn.signal();
      lock.unlock();
    }
  }

  /** Cuts the guest's sleep short; its CPU share still holds. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      sleepUntilNs = System.nanoTime();
      turn.signal();
    } finally {
      lock.unlock();
    }
  }

  boolean isRunnable() {
    lock.lock();
    try {
      return runnable && endReason == null && !destroyed;
    } finally {
      lock.unlock();
    }
  }

  /** Why it ended; null while it has not. */
  @Nullable String endReason() {
    lock.lock();
    try {
      return endReason;
    } finally {
      lock.unlock();
    }
  }

  /** CPU time the guest has used. */
  Duration cpuTime() {
    Duration[] used = new Duration[1];
    atBoundary(() -> used[0] = Duration.ofNanos(share.chargedNs()));
    return used[0];
  }

  /** Waits for the guest to end by itself. */
  void awaitEnd(Duration atMost) throws InterruptedException {
    thread.join(atMost);
  }

  /** Interrupts a slice that has used more CPU time than the limit; the guest then ends. */
  void checkRunaway() {
    lock.lock();
    try {
      if (inSlice && !runaway) {
        long usedNs = THREADS.getThreadCpuTime(thread.threadId()) - sliceCpuStartNs;
        if (usedNs > cpuLimitNs) {
          runaway = true;
          thread.interrupt(); // compiled code looks at the flag in every loop and call
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread; returns once no guest instruction can run. */
  void destroy() {
    lock.lock();
    try {
      destroyed = true;
      thread.interrupt();
      turn.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true; // the caller learns it below; memory must not go before the thread
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    String reason = null;
    while (reason == null && awaitTurn()) {
      reason = runSlice();
    }
    lock.lock();
    try {
      inSlice = false;
      if (destroyed || reason == null) {
        reason = "destroyed";
      }
      endReason = reason;
      boundary.signalAll();
      if (destroyed) {
        return;
      }
    } finally {
      lock.unlock();
    }
    onEnd.accept(reason);
  }

  /**
   * @return whether there is a next slice: false once destroyed
   */
  private boolean awaitTurn() {
    lock.lock();
    try {
      while (!destroyed) {
        long nowNs = System.nanoTime();
        long restNs = Math.max(sleepUntilNs - nowNs, throttledUntilNs - nowNs);
        long waitNs = permit.isGiven() ? restNs : PERMIT_POLL_NS;
        try {
          if (!runnable || visitors > 0) {
            turn.await();
          } else if (waitNs > 0) {
            turn.awaitNanos(waitNs);
          } else {
            beginSlice();
            return true;
          }
        } catch (InterruptedException _) {
          // Only destroy interrupts here, and the loop looks at that.
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void beginSlice() {
    inSlice = true;
    woken = false;
    sliceCpuStartNs = THREADS.getCurrentThreadCpuTime();
  }

  /**
   * @return why the guest ended, null when it goes on
   */
  private @Nullable String runSlice() {
    long delayNs;
    try {
      delayNs = program.slice(budgetNs);
    } catch (ChicoryInterruptedException _) {
      return "ran for more than "
          + Duration.ofNanos(cpuLimitNs).toMillis()
          + " ms of CPU time without yielding";
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError trap) {
      return "trapped: " + (trap.getMessage() == null ? trap.toString() : trap.getMessage());
    }
    if (delayNs < 0) {
      return "exited with status " + (-1 - delayNs);
    }
    endSlice(delayNs);
    return null;
  }

  private void endSlice(long delayNs) {
    lock.lock();
    try {
      inSlice = false;
      runaway = false;
      Thread.interrupted(); // it returned after all: the watchdog came too late
      long nowNs = System.nanoTime();
      long usedNs = THREADS.getCurrentThreadCpuTime() - sliceCpuStartNs;
      throttledUntilNs = nowNs + share.charge(usedNs, nowNs);
      sleepUntilNs = woken ? nowNs : nowNs + Math.min(delayNs, TimeUnit.DAYS.toNanos(1));
      if (visitors > 0) {
        boundary.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }
}
