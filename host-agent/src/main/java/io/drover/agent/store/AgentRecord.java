package io.drover.agent.store;

import io.drover.config.units.Epoch;
import java.util.List;

/**
 * What the agent as a whole remembers.
 *
 * @param highestControlEpoch orders below it come from a control plane that lost this host
 * @param endpointListVersion 0 = the control plane has sent no list yet
 * @param endpoints {@code host:port}, in the order to try
 */
public record AgentRecord(
    Epoch highestControlEpoch, long endpointListVersion, List<String> endpoints)
    implements StoredRecord {
  static final AgentRecord NEW = new AgentRecord(Epoch.NONE, 0, List.of());

  public AgentRecord {
    endpoints = List.copyOf(endpoints);
  }

  public AgentRecord withControlEpoch(Epoch epoch) {
    return new AgentRecord(epoch, endpointListVersion, endpoints);
  }

  public AgentRecord withEndpoints(long version, List<String> list) {
    return new AgentRecord(highestControlEpoch, version, list);
  }
}
