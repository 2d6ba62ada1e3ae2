package io.drover.agent.supervision;

import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory promised to guests on this host. The control plane's claims are the authority; this
 * refuses what would not fit even so, for instance beside a guest the control plane does not know.
 * Safe on any thread.
 */
public final class MemoryLedger {
  private final ByteSize capacity;
  private final Map<VmId, ByteSize> held = new HashMap<>();

  public MemoryLedger(ByteSize capacity) {
    this.capacity = capacity;
  }

  /** Replaces what the VM holds, if it fits. */
  synchronized boolean reserve(VmId vm, ByteSize memory) {
    ByteSize others = used().minus(held.getOrDefault(vm, ByteSize.ZERO));
    if (others.plus(memory).compareTo(capacity) > 0) {
      return false;
    }
    held.put(vm, memory);
    return true;
  }

  /** For a guest that is here already, whether it fits or not. */
  synchronized void hold(VmId vm, ByteSize memory) {
    held.put(vm, memory);
  }

  synchronized void release(VmId vm) {
    held.remove(vm);
  }

  public synchronized ByteSize used() {
    return held.values().stream().reduce(ByteSize.ZERO, ByteSize::plus);
  }

  public ByteSize capacity() {
    return capacity;
  }
}
