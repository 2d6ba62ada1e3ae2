package io.drover.agent.store;

import io.drover.config.units.Epoch;
import java.util.List;

/**
 * Where the control plane said that it is found. Of two the one with the higher area epoch is
 * newer, then the one with the higher version.
 *
 * @param version 0 = the control plane has sent no list yet
 * @param endpoints {@code host:port}, in the order to try
 * @param managing the first so many are of the control plane that manages this host
 */
public record EndpointRecord(Epoch areaEpoch, long version, List<String> endpoints, int managing) {
  /** Of an agent that was told nothing. */
  public static final EndpointRecord NONE = new EndpointRecord(Epoch.NONE, 0, List.of(), 0);

  public EndpointRecord {
    endpoints = List.copyOf(endpoints);
  }

  public boolean isNewerThan(EndpointRecord other) {
    int epochs = areaEpoch.compareTo(other.areaEpoch);
    return epochs > 0 || (epochs == 0 && version > other.version);
  }

  /** Those at which a session is to be. */
  public List<String> managingEndpoints() {
    return endpoints.subList(0, Math.min(managing, endpoints.size()));
  }
}
