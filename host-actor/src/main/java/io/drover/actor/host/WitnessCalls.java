package io.drover.actor.host;

import io.drover.actor.lease.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Speaks to the witnesses of hosts. Never blocks; safe on any thread. */
public interface WitnessCalls {
  /**
   * Asks a witness about a host, and unless {@code onlyLook} has it revoke that lease epoch and all
   * before it. Repeatable. Fails when there is no answer in time: then nobody knows whether it was
   * done.
   */
  CompletionStage<Answer> revoke(Witness witness, HostId host, Epoch leaseEpoch, boolean onlyLook);

  /**
   * What it says.
   *
   * @param revoked durably, now or earlier
   * @param vouchAge since it last vouched for that epoch
   */
  record Answer(boolean revoked, Duration vouchAge) {}
}
