package io.drover.agent.witness;

import io.drover.agent.lease.Revocations;
import io.drover.agent.store.AgentStore;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.Map;

/** What an agent has revoked as a witness, in its store. */
public record StoredRevocations(AgentStore store) implements Revocations {
  @Override
  public Map<HostId, Epoch> all() {
    return store.revocations();
  }

  @Override
  public void record(HostId host, Epoch epoch) {
    store.saveRevocation(host, epoch);
  }
}
