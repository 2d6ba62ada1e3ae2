package io.drover.agent.migration;

import io.drover.protocol.v1.RoundReported;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;

/**
 * What the ends of a migration say without being asked. Called on their threads: must not block.
 */
public interface MigrationReports {
  void roundEnded(RoundReported round);

  /** The guest was stopped by the migration. */
  void guestPaused();

  void targetReady(TargetReady ready);

  /** The transfer is over and will not come back; the guest is as it was. */
  void transferFailed(TransferFailed failure);
}
