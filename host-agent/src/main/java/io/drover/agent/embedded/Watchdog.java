package io.drover.agent.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The hypervisor's own thread: looks at all guests for slices that do not end. Safe on any other
 * thread.
 */
final class Watchdog implements AutoCloseable {
  private static final long PERIOD_MS = 100;

  private final Set<Vcpu> watched = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("embedded-watchdog").factory());

  Watchdog() {
    timer.execute(Rehearsal::run);
    var _ =
        timer.scheduleWithFixedDelay(
            () -> watched.forEach(Vcpu::checkRunaway), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  void watch(Vcpu vcpu) {
    watched.add(vcpu);
  }

  void forget(Vcpu vcpu) {
    watched.remove(vcpu);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
