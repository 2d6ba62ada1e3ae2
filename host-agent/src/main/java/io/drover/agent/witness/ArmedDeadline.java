package io.drover.agent.witness;

import io.drover.agent.guard.Guard;
import io.drover.agent.lease.Lease.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The deadline as the guard has it, and what is due ahead of it: guests stop, those inside this JVM
 * are ended, the guard kills. One thread calls it, except where it says so.
 */
final class ArmedDeadline {
  /** Guests stop so long before the deadline, at most a quarter of the time to live. */
  static final Duration FREEZE_AHEAD = Duration.ofSeconds(1);

  private static final int FREEZE_FRACTION = 4;

  /** A guard that freezes guests right now must not be ended before it could continue them. */
  private static final Duration DISARM_AHEAD = Duration.ofMillis(500);

  private final Guard guard;
  private @Nullable Deadline published;
  private long aheadNs = FREEZE_AHEAD.toNanos();
  private boolean watching;
  private boolean wanted; // and not given only because no guard watches yet
  private volatile long stopNs = Long.MAX_VALUE;
  private volatile long atNs;

  /** Where the lease stands on this host. */
  enum State {
    /** No witness has vouched: nothing is guarded. */
    NONE,
    HELD,
    /** It could be held, but nobody would kill guests when it ends: it is not begun or extended. */
    UNGUARDED,
    /** Guests stand still; the next majority lets them go on. */
    STOPPING,
    /** Guests are killed. */
    OVER
  }

  /** Goes on with what an earlier agent left. */
  ArmedDeadline(Guard guard) throws IOException {
    this.guard = guard;
    Optional<Deadline> left = guard.deadline();
    if (left.isPresent()) {
      put(left.get());
    }
  }

  private void put(Deadline deadline) {
    published = deadline;
    atNs = deadline.atNs();
    stopNs = deadline.atNs() - aheadNs;
  }

  /** Until when guests may run, by the boot clock. Any thread. */
  long stopNs() {
    return stopNs;
  }

  /** The deadline itself; of no meaning while nothing is guarded. Any thread. */
  long atNs() {
    return atNs;
  }

  /** Empty when nothing is guarded. */
  Optional<Deadline> deadline() {
    return Optional.ofNullable(published);
  }

  /** Looks after the guard and does what is due; to be called some times a second. */
  void look(long nowNs) throws IOException {
    Deadline current = published;
    if (current == null) {
      return;
    }
    if (nowNs >= current.atNs() - aheadNs / 2) {
      guard.guests().endInProcess();
    }
    if (nowNs < current.atNs() || guard.guests().anyAlive()) {
      guard.require(nowNs);
    }
    watching = guard.isWatching(nowNs);
  }

  /**
   * Moves the deadline, if that is safe now: somebody must be there to keep it, and of an earlier
   * one that has passed nothing may be left.
   */
  void extend(Deadline next, Duration ttl, long nowNs) throws IOException {
    if (next.equals(published) || next.atNs() <= nowNs) {
      return;
    }
    if (published != null && nowNs >= published.atNs()) {
      if (guard.guests().anyAlive()) {
        return; // the guard is about to kill them
      }
      guard.forgetDeadline(); // or another guard would find nothing to do, and end
      published = null;
    }
    watching = guard.isWatching(nowNs);
    wanted = !watching;
    if (wanted) {
      guard.require(nowNs);
      return;
    }
    aheadNs = Math.min(FREEZE_AHEAD.toNanos(), ttl.toNanos() / FREEZE_FRACTION);
    guard.publish(next, next.atNs() - aheadNs);
    put(next);
  }

  /** Nobody asks for a lease any more: nothing is guarded, once nothing stands still. */
  void disarm(long nowNs) throws IOException {
    boolean isFarAhead = nowNs < stopNs - DISARM_AHEAD.toNanos();
    if (published != null && (isFarAhead || !guard.guests().anyAlive())) {
      guard.end();
      published = null;
      watching = false;
      wanted = false;
      stopNs = Long.MAX_VALUE;
    }
  }

  /** The agent ends: the guard stays when there is anything to guard. */
  void leave() throws IOException {
    guard.guests().forgetInProcess();
    if (!guard.guests().anyAlive()) {
      guard.end();
    }
  }

  State state(long nowNs) {
    Deadline current = published;
    if (current == null) {
      return wanted ? State.UNGUARDED : State.NONE;
    }
    if (nowNs >= current.atNs()) {
      return State.OVER;
    }
    if (!watching) {
      return State.UNGUARDED;
    }
    return nowNs < stopNs ? State.HELD : State.STOPPING;
  }
}
