package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.actor.lease.LeaseTerms;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a {@code Host} entity tells the actor that holds its agent's session. The gateway gives the
 * entity an {@code ActorRef<AgentSession>} when the agent says {@link AgentReport.Hello}, and
 * watches over nothing: a lost session is reported to the entity by {@code DetachAgent}.
 */
public sealed interface AgentSession extends CborSerializable {
  record Welcome(
      HostId host,
      Epoch controlEpoch,
      Duration heartbeatInterval,
      EndpointList endpoints,
      Optional<LeaseTerms> lease)
      implements AgentSession {
    public Welcome(
        HostId host, Epoch controlEpoch, Duration heartbeatInterval, EndpointList endpoints) {
      this(host, controlEpoch, heartbeatInterval, endpoints, Optional.empty());
    }
  }

  /** The session ends. */
  record Refused(String reason, boolean permanent) implements AgentSession {}

  record Deliver(String orderId, Epoch controlEpoch, AgentOrder order) implements AgentSession {}

  record UpdateEndpoints(EndpointList endpoints) implements AgentSession {}

  /** Replaces what the agent had, unless that has a higher epoch. */
  record UpdateLease(LeaseTerms terms) implements AgentSession {}

  /**
   * Where an agent may open its session, in the order to try. Of two the one with the higher area
   * epoch is newer, then the one with the higher version.
   *
   * @param managing the first so many belong to the control plane that manages the host: an agent
   *     whose session is elsewhere moves
   */
  record EndpointList(Epoch areaEpoch, long version, List<String> endpoints, int managing)
      implements CborSerializable {
    /** Of one list; an agent walks all of them before it waits longer. */
    public static final int LIMIT = 24;

    public EndpointList {
      endpoints = List.copyOf(endpoints);
    }

    /** Of nodes that all manage the host, before its area has said who does. */
    public EndpointList(long version, List<String> endpoints) {
      this(Epoch.NONE, version, endpoints, endpoints.size());
    }

    public boolean isNewerThan(EndpointList other) {
      int epochs = areaEpoch.compareTo(other.areaEpoch);
      return epochs > 0 || (epochs == 0 && version > other.version);
    }
  }
}
