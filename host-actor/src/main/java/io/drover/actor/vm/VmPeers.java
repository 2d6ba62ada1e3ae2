package io.drover.actor.vm;

import io.drover.config.units.MigrationId;

/** Whom a VM tells about its migration. At most once; never blocks. */
public interface VmPeers {
  /**
   * Has the migration roll back unless the switchover has happened; one that waits for an operator
   * gives up the copy at its source.
   */
  void cancelMigration(MigrationId migration, String reason);
}
