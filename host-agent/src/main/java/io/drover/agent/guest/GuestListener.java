package io.drover.agent.guest;

import io.drover.config.units.VmId;

/** Told what guests do by themselves. Called on a hypervisor's thread: must not block. */
public interface GuestListener {
  /** The guest stopped, rebooted into nothing, trapped or died. */
  void ended(VmId vm, String reason);

  /** A listener that ignores everything. */
  GuestListener NONE = (_, _) -> {};
}
