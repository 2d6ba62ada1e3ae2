package io.drover.actor.lease;

import io.drover.actor.CborSerializable;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.Optional;

/**
 * What an agent has to know of its host's lease.
 *
 * @param pending while there is one, the lease lasts only with a majority of both lists
 */
public record LeaseTerms(
    Epoch leaseEpoch, Duration ttl, WitnessList active, Optional<WitnessList> pending)
    implements CborSerializable {
  /** Whether the agent has exactly these on its disk, and relies on no others. */
  public boolean isKnownAs(LeaseStatus status) {
    return status.leaseEpoch().equals(leaseEpoch)
        && status.activeVersion() == active.version()
        && status.pendingVersion() == pending.map(WitnessList::version).orElse(0L);
  }
}
