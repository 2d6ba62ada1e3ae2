package io.drover.agent.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at all guests of an agent for slices that do not end. One thread; safe on any other. */
final class Watchdog implements AutoCloseable {
  private static final long PERIOD_MS = 100;

  private final Set<Vcpu> watched = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("embedded-watchdog").factory());

  Watchdog() {
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
