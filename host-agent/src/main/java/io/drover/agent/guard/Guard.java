package io.drover.agent.guard;

import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who ends guests when the host's lease is over, whatever became of the agent. One thread calls it,
 * except for {@link #guests}.
 */
public interface Guard {
  /** Whom it is to kill. */
  Guests guests();

  /** The deadline that is in force, of an earlier agent maybe. */
  Optional<Deadline> deadline() throws IOException;

  /**
   * Extends the lease. The caller has made sure that a guard watches.
   *
   * @param freezeNs when guests are to stop, ahead of the deadline
   */
  void publish(Deadline deadline, long freezeNs) throws IOException;

  /** The deadline has passed and nothing is left to kill: the next one is a first one. */
  void forgetDeadline() throws IOException;

  /** Whether a guard watches now. */
  boolean isWatching(long nowNs) throws IOException;

  /** Starts a guard when there is none, or only one that does nothing any more. */
  void require(long nowNs) throws IOException;

  /** Ends the guard: nobody is to be killed. */
  void end() throws IOException;

  /** The guests of this host that may be started elsewhere. Safe on any thread. */
  interface Guests {
    /**
     * From now on the guard kills this guest when the lease is over. Repeatable.
     *
     * @param process that it runs in; null = this one
     * @param end of a guest in this process: ends it, ahead of the deadline
     */
    void add(VmId vm, @Nullable ProcessIdentity process, Runnable end) throws IOException;

    /** The guest is gone. Repeatable. */
    void remove(VmId vm) throws IOException;

    /**
     * Ends the guests inside this JVM, so that it need not be killed. Blocks until none of them
     * executes.
     */
    void endInProcess() throws IOException;

    /** The guests of this JVM are gone, for it is about to end. */
    void forgetInProcess() throws IOException;

    /** Whether any is alive, one that an earlier agent left included. */
    boolean anyAlive() throws IOException;
  }

  /** Takes over what an earlier agent left. */
  @FunctionalInterface
  interface Opener {
    /**
     * Called once.
     *
     * @param onEnd called on any thread when the guard has ended
     */
    Guard open(Runnable onEnd) throws IOException;
  }
}
