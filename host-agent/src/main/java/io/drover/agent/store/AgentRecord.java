package io.drover.agent.store;

import io.drover.config.units.Epoch;
import java.util.List;
import java.util.UUID;

/**
 * What the agent as a whole remembers.
 *
 * @param stateId of the folder, made with it: says that grants of before are known here
 * @param highestControlEpoch orders below it come from a control plane that lost this host
 * @param endpointListVersion 0 = the control plane has sent no list yet
 * @param endpoints {@code host:port}, in the order to try
 */
public record AgentRecord(
    String stateId, Epoch highestControlEpoch, long endpointListVersion, List<String> endpoints)
    implements StoredRecord {
  /** Of a folder that was never used. */
  static AgentRecord create() {
    return new AgentRecord(UUID.randomUUID().toString(), Epoch.NONE, 0, List.of());
  }

  public AgentRecord {
    endpoints = List.copyOf(endpoints);
  }

  public AgentRecord withControlEpoch(Epoch epoch) {
    return new AgentRecord(stateId, epoch, endpointListVersion, endpoints);
  }

  public AgentRecord withEndpoints(long version, List<String> list) {
    return new AgentRecord(stateId, highestControlEpoch, version, list);
  }
}
