package io.drover.agent.store;

import io.drover.config.units.Epoch;
import java.util.UUID;

/**
 * What the agent as a whole remembers.
 *
 * @param stateId of the folder, made with it: says that grants of before are known here
 * @param highestControlEpoch orders below it come from a control plane that lost this host
 * @param endpoints where it finds its control plane
 */
public record AgentRecord(String stateId, Epoch highestControlEpoch, EndpointRecord endpoints)
    implements StoredRecord {
  /** Of a folder that was never used. */
  static AgentRecord create() {
    return new AgentRecord(UUID.randomUUID().toString(), Epoch.NONE, EndpointRecord.NONE);
  }

  public AgentRecord withControlEpoch(Epoch epoch) {
    return new AgentRecord(stateId, epoch, endpoints);
  }

  public AgentRecord withEndpoints(EndpointRecord newer) {
    return new AgentRecord(stateId, highestControlEpoch, newer);
  }
}
