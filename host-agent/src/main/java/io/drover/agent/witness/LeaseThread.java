package io.drover.agent.witness;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a lease, on which nothing else can keep it waiting. */
final class LeaseThread implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(LeaseThread.class);

  private final ScheduledExecutorService thread;

  LeaseThread(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  /** A thread of this JVM. */
  static ScheduledExecutorService start() {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name("drover-lease").factory());
  }

  /** Once it has time; never, when it is closed. */
  void execute(Runnable work) {
    after(Duration.ZERO, work);
  }

  void after(Duration delay, Runnable work) {
    try {
      var _ = thread.schedule(() -> tryTo(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the lease is not kept any more");
    }
  }

  /** From now on, for ever. */
  void repeat(Runnable work, Duration interval) {
    var _ =
        thread.scheduleWithFixedDelay(
            () -> tryTo(work), 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** One that fails must not end the others. */
  private static void tryTo(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the lease's thread goes on after a failure");
    }
  }

  /** Waits for what was to be done before. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("the lease's thread did not end within {}", CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
