package io.drover.actor.vm;

import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.ActorRef;

/** Remembers which migrations a VM had cancelled; moves nothing. */
public final class CancelledMigrations implements VmPeers {
  final List<MigrationId> all = new CopyOnWriteArrayList<>();

  @Override
  public void cancelMigration(MigrationId migration, String reason) {
    all.add(migration);
  }

  @Override
  public void moveHome(
      MigrationId migration,
      VmId vm,
      HostId source,
      AreaId home,
      long version,
      ActorRef<Object> nobody) {}
}
