package io.drover.actor.vm;

import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import org.apache.pekko.actor.typed.ActorRef;

/** Whom a VM tells about its migration. At most once; never blocks. */
public interface VmPeers {
  /**
   * Has the migration roll back unless the switchover has happened; one that waits for an operator
   * gives up the copy at its source.
   */
  void cancelMigration(MigrationId migration, String reason);

  /**
   * Has the VM move to a host of its home. Repeatable: the same migration begins once.
   *
   * @param version of the VM as it was when it was welcome; as another one it does not take part
   * @param nobody what is answered goes there
   */
  void moveHome(
      MigrationId migration,
      VmId vm,
      HostId source,
      AreaId home,
      long version,
      ActorRef<Object> nobody);
}
