package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host as the API shows it.
 *
 * @param claims what is promised to VMs and migrations; always within capacity
 * @param staleOrdersRefused orders of an older control epoch that the agent refused
 */
public record HostView(
    HostId id,
    long version,
    State state,
    boolean cordoned,
    Resources capacity,
    Resources claimed,
    List<Claim> claims,
    Epoch controlEpoch,
    String incarnation,
    String agentVersion,
    List<HypervisorSupport> hypervisors,
    List<ImageSupport> images,
    String transferEndpoint,
    Map<String, String> labels,
    long staleOrdersRefused,
    Optional<Instant> lastHeartbeat,
    Instant stateSince)
    implements CborSerializable {
  public HostView {
    claims = List.copyOf(claims);
    hypervisors = List.copyOf(hypervisors);
    images = List.copyOf(images);
    labels = Map.copyOf(labels);
  }

  /**
   * Capacity promised to somebody.
   *
   * @param owner id of the VM or migration
   */
  public record Claim(String owner, Resources resources) implements CborSerializable {}

  /** Whether its agent is there. */
  public enum State {
    CONNECTED,
    /** No session; its guests run on. */
    DISCONNECTED
  }
}
