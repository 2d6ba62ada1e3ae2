package io.drover.multinode.simulation.fleet;

import io.drover.agent.store.AgentStore;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;

/** Sees which guests run, and is no part of the control plane. */
public interface FleetObserver {
  void started(SimulatedGuest guest);

  void stopped(SimulatedGuest guest);

  /**
   * The agent of this host carries an order out.
   *
   * @param highest control epoch that it has heard of
   */
  void obeyed(String host, long controlEpoch, long highest, String orderId);

  /** An entity ended by an exception of its own. */
  void entityDied(String entity);

  /** A witness vouched for a host. */
  void vouched(String witness, HostId host, Epoch leaseEpoch);

  /** A witness says that it has revoked this lease, and all before it. */
  void revoked(String witness, HostId host, Epoch leaseEpoch);

  /** An agent starts with what its store has. */
  void agentStarted(String host, AgentStore store);
}
