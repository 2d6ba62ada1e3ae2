package io.drover.agent.supervision;

import io.drover.agent.guest.Guest;
import io.drover.agent.store.VmRecord.Side;
import java.util.Optional;

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
  ENDED;

  /**
   * The phase of a guest that is here.
   *
   * @param side which end of a migration it is, if any
   * @param isComplete whether a target has all of its guest
   */
  public static Phase of(Guest.State guest, Optional<Side> side, boolean isComplete) {
    return switch (guest) {
      case ENDED -> ENDED;
      case RUNNING -> side.isPresent() ? SENDING : RUNNING;
      case INCOMING -> RECEIVING;
      case PAUSED ->
          side.map(end ->
                  switch (end) {
                    case SOURCE -> STOPPED;
                    case TARGET -> isComplete ? READY : RECEIVING;
                  })
              .orElse(PAUSED);
    };
  }
}
