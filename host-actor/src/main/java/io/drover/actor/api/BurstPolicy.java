package io.drover.actor.api;

/** Whether a VM may run in another area for a while when no host of its own one has room. */
public enum BurstPolicy {
  NEVER,
  ALLOW
}
