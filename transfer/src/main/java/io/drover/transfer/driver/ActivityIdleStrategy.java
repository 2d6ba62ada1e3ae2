package io.drover.transfer.driver;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Backs off like Aeron's own strategy while there are transfers: a sleep of the driver's thread is
 * part of a blackout. Without transfers it sleeps long at once, which is all that an agent costs,
 * until it is woken. It does not yield: the guests' threads are always ready to run, so that
 * yielding to them is as long as a sleep, and costs more. For one thread.
 */
final class ActivityIdleStrategy implements IdleStrategy {
  private static final int SPINS = 10;
  private static final long PARK_MIN_NS = 1_000;

  private final AtomicInteger transfers;
  private volatile @Nullable Thread thread;
  private final long activeParkNs;
  private final long idleParkNs;
  private int turns;
  private long parkNs = PARK_MIN_NS;

  ActivityIdleStrategy(AtomicInteger transfers, long activeParkNs, long idleParkNs) {
    this.transfers = transfers;
    this.activeParkNs = activeParkNs;
    this.idleParkNs = idleParkNs;
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    if (turns < SPINS) {
      turns++;
      Thread.onSpinWait();
    } else {
      if (thread == null) {
        thread = Thread.currentThread();
      }
      if (transfers.get() > 0) {
        LockSupport.parkNanos(parkNs);
        parkNs = Math.min(2 * parkNs, activeParkNs);
      } else {
        LockSupport.parkNanos(idleParkNs);
      }
    }
  }

  /** Ends a long sleep: there is a transfer now. On any thread. */
  void wake() {
    LockSupport.unpark(thread);
  }

  @Override
  public void reset() {
    turns = 0;
    parkNs = PARK_MIN_NS;
  }
}
