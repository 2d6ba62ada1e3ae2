package io.drover.agent.supervision;

import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.LeasedGuest;
import io.drover.config.units.VmId;
import java.util.Optional;

/**
 * The host's lease, as guests that may be started elsewhere depend on it. Safe on any thread; none
 * of it waits for another machine.
 */
public interface HostLease {
  /**
   * From now on the guest does not outlive the lease. To be called before its first instruction
   * here, and before {@link #refusal} is asked: a host that stands still in between must find it
   * guarded. Repeatable.
   *
   * @param end of a guest inside this JVM: ends it and says so
   * @throws HypervisorException when the guard cannot be told of it
   */
  void guard(VmId vm, LeasedGuest guest, Runnable end) throws HypervisorException;

  /** The guest is gone, or stays on this host whatever happens. Repeatable. */
  void release(VmId vm);

  /**
   * Why a guest that may be started elsewhere must not be let run now; empty when it may, or when
   * nobody asks this host for a lease.
   */
  Optional<String> refusal();

  /** Of an agent that takes no part in leases. */
  HostLease NONE =
      new HostLease() {
        @Override
        public void guard(VmId vm, LeasedGuest guest, Runnable end) {}

        @Override
        public void release(VmId vm) {}

        @Override
        public Optional<String> refusal() {
          return Optional.empty();
        }
      };
}
