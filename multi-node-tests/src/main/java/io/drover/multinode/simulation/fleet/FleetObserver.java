package io.drover.multinode.simulation.fleet;

/** Sees which guests run, and is no part of the control plane. */
public interface Witness {
  void started(SimulatedGuest guest);

  void stopped(SimulatedGuest guest);

  /** The agent of this host carries an order out. */
  void obeyed(String host, long controlEpoch, String orderId);

  /** An entity ended by an exception of its own. */
  void entityDied(String entity);
}
