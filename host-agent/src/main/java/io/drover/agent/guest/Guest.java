package io.drover.agent.guest;

import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.PageSource;
import io.drover.transfer.TransferException;
import java.time.Duration;
import java.time.Instant;

/**
 * One guest of one hypervisor. Methods block; callers serialize them per guest, except {@link
 * #console}, {@link #state} and {@link #destroy}, which may come from any thread.
 */
public interface Guest extends PageSource, LeasedGuest {
  GuestSpec spec();

  State state();

  /** Why it ended; empty while it has not. */
  String endReason();

  /** Lets the vCPUs run. Does nothing to a running guest. */
  void resume() throws HypervisorException;

  /**
   * Stops the vCPUs; when it returns no guest instruction runs and no page changes.
   *
   * @return when the guest stopped, by this host's wall clock
   */
  Instant pause() throws HypervisorException;

  /** Asks the guest to stop, and destroys it when it has not within {@code grace}. */
  void stop(Duration grace) throws HypervisorException;

  /** Ends the guest at once and frees all it holds. Repeatable. */
  void destroy();

  /**
   * Of a paused source: writes all state outside RAM (registers, devices, guest clock, console
   * tail) and reads the target's answer, if this hypervisor's stream has one.
   *
   * @return bytes written
   */
  long saveState(OpaqueChannel channel) throws HypervisorException, TransferException;

  /**
   * Of an incoming guest whose RAM is complete: reads what {@link #saveState} wrote. Leaves it
   * paused.
   */
  void loadState(OpaqueChannel channel) throws HypervisorException, TransferException;

  /**
   * The hypervisor's own figure for the downtime of the last {@link #saveState}; zero when it has
   * none.
   */
  Duration hypervisorDowntime();

  GuestConsole console();

  /** Where a guest stands. */
  enum State {
    RUNNING,
    PAUSED,
    /** Made by {@link Hypervisor#incoming}, its state not loaded. */
    INCOMING,
    ENDED
  }
}
