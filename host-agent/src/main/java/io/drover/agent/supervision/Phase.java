package io.drover.agent.supervision;

/** Where a VM stands on this host. */
public enum Phase {
  /** Nothing of it is here. */
  ABSENT,
  /** Its guest runs. */
  RUNNING,
  /** Its guest is paused: by order, or because it has no grant. */
  PAUSED,
  /** Its guest runs while a migration copies its memory away. */
  SENDING,
  /** Its guest was paused by a migration from here, and stays so until an order decides. */
  STOPPED,
  /** Memory of a guest that runs elsewhere is coming in. */
  RECEIVING,
  /** All of a guest that ran elsewhere is here; only an order lets it run. */
  READY,
  /** Its guest ended, or was lost with an earlier agent; the reason is kept. */
  ENDED
}
