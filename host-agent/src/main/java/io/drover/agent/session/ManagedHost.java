package io.drover.agent.session;

import io.drover.config.units.ByteSize;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.LeaseStatus;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The host as its session sees it. Called on the session's thread; answers come on any. */
public interface ManagedHost {
  /** Who this is and what it can do; the session adds guests and epochs. */
  Hello describe();

  void guests(Consumer<List<GuestStatus>> reply);

  /**
   * Does what the order asks; its control epoch has been checked.
   *
   * @param reply called once; the order's id need not be set
   */
  void execute(Order order, Consumer<OrderResult> reply);

  /** A control plane listens again: reports that it may have missed are due. */
  void announce();

  /** What this host has of its lease; empty when it takes no part in leases. */
  Optional<LeaseStatus> lease();

  /** Terms that the control plane offers to the host it calls so; empty ones are no offer. */
  void offer(String hostId, LeaseTerms terms);

  ByteSize memoryUsed();

  /** Of the machine over the last minute, in runnable threads; 0 when it does not say. */
  double load();
}
