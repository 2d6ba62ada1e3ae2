package io.drover.actor.agent;

import io.drover.actor.CborSerializable;

/**
 * What becomes of a VM when its host is lost.
 *
 * @param priority the higher, the sooner it is restarted when room is scarce
 */
public record HostLossPolicy(OnHostLoss onHostLoss, int priority) implements CborSerializable {
  public static final int PRIORITY_LIMIT = 1000;

  /** Of a VM whose owner does not say. */
  public static final HostLossPolicy DEFAULT = new HostLossPolicy(OnHostLoss.RESTART, 100);

  /** Of VMs that were created before one could say: they go on as they were. */
  static final HostLossPolicy OF_BEFORE = new HostLossPolicy(OnHostLoss.KEEP, 100);

  /** What to do. */
  public enum OnHostLoss {
    /** Restart it elsewhere once it is proven that it cannot run there. */
    RESTART,
    /** The same, but only when the host is proven to be off: its guest outlives a lost lease. */
    KEEP
  }
}
