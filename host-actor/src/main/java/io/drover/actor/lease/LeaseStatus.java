package io.drover.actor.lease;

import io.drover.actor.CborSerializable;
import io.drover.config.units.Epoch;
import java.time.Duration;

/**
 * What an agent has on its disk of its host's lease.
 *
 * @param pendingVersion 0: none
 * @param held its guard is armed, and the deadline is ahead
 * @param silentWitnesses have not vouched for some seconds
 */
public record LeaseStatus(
    Epoch leaseEpoch,
    long activeVersion,
    long pendingVersion,
    boolean held,
    Duration remaining,
    int silentWitnesses)
    implements CborSerializable {
  /** Of an agent that can hold a lease and has none. */
  public static final LeaseStatus NONE = new LeaseStatus(Epoch.NONE, 0, 0, false, Duration.ZERO, 0);
}
