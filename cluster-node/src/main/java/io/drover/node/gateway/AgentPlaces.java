package io.drover.node.gateway;

import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MalformedIdException;
import io.drover.node.board.NodeCensus;
import io.drover.protocol.v1.Heartbeat;
import java.util.List;
import java.util.Optional;

/**
 * Where agents are to have their sessions, by what this node knows of their areas. An agent says in
 * each heartbeat which list it has; a newer one is told again until it has it. Safe on any thread.
 */
public final class AgentPlaces {
  private final AreaId ownArea;
  private final List<String> ownGateways;
  private final FleetSight sight;
  private final NodeCensus census;
  private final WelcomeSlots slots = new WelcomeSlots();

  /**
   * Of one node.
   *
   * @param ownGateways of this node and, where they are configured, of its area
   */
  public AgentPlaces(
      AreaId ownArea, List<String> ownGateways, FleetSight sight, NodeCensus census) {
    this.ownArea = ownArea;
    this.ownGateways = List.copyOf(ownGateways);
    this.sight = sight;
    this.census = census;
  }

  /** The area an agent says it belongs to; empty when this node has not heard of it. */
  Optional<AreaId> area(String name) {
    try {
      AreaId area = new AreaId(name);
      return area.equals(ownArea) || sight.management(area).isPresent()
          ? Optional.of(area)
          : Optional.empty();
    } catch (MalformedIdException _) {
      return Optional.empty();
    }
  }

  /** Until the area has been heard of: this node, under a version that anything replaces. */
  EndpointList endpointsOf(HostId host) {
    return sight
        .management(host.area())
        .map(area -> area.endpointsOf(host.cell()))
        .filter(list -> !list.endpoints().isEmpty())
        .orElseGet(() -> new EndpointList(0, ownGateways));
  }

  /** Counts the session, and returns what its agent does not have yet. */
  Optional<EndpointList> newsFor(HostId host, String sessionId, Heartbeat heartbeat) {
    EndpointList newest = endpointsOf(host);
    EndpointList has =
        new EndpointList(
            new Epoch(heartbeat.getEndpointListAreaEpoch()),
            heartbeat.getEndpointListVersion(),
            List.of(),
            0);
    boolean isNews = newest.isNewerThan(has);
    census.session(sessionId, host.area(), !isNews && isManaging(host));
    return isNews ? Optional.of(newest) : Optional.empty();
  }

  private boolean isManaging(HostId host) {
    return sight
        .management(host.area())
        .map((Management area) -> area.managerOf(host.cell()))
        .filter(ownArea::equals)
        .isPresent();
  }

  WelcomeSlots slots() {
    return slots;
  }

  void leave(String sessionId) {
    census.sessionOver(sessionId);
  }
}
