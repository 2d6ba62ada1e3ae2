package io.drover.multinode.simulation.fleet;

import io.drover.agent.lease.Revocations;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Database;
import java.util.HashMap;
import java.util.Map;

/** What one control node has revoked, in the database: as long as it reaches that. */
final class RevocationRows implements Revocations {
  private final Fleet fleet;
  private final String node;
  private final Map<HostId, Epoch> rows = new HashMap<>();

  RevocationRows(Fleet fleet, String node) {
    this.fleet = fleet;
    this.node = node;
  }

  @Override
  public Map<HostId, Epoch> all() {
    return Map.copyOf(rows);
  }

  @Override
  public void record(HostId host, Epoch epoch) {
    if (!fleet.reach(node, Database.PLACE)) {
      throw new SimulatedWitness.NotKeptException(host);
    }
    rows.merge(host, epoch, (a, b) -> a.isBefore(b) ? b : a);
  }
}
