package io.drover.node.gateway;

import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.config.settings.BindAddress;
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
  private volatile List<String> ownGateway = List.of();
  private final FleetSight sight;
  private final NodeCensus census;
  private final WelcomeQueue queue = new WelcomeQueue();

  /** Of one node, whose gateway does not listen yet. */
  public AgentPlaces(AreaId ownArea, FleetSight sight, NodeCensus census) {
    this.ownArea = ownArea;
    this.sight = sight;
    this.census = census;
  }

  /** Where agents find the gateway of this node. */
  public void listensAt(BindAddress address) {
    ownGateway = List.of(address.toString());
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
        .orElseGet(() -> new EndpointList(0, ownGateway));
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
    return manager(host).filter(ownArea::equals).isPresent();
  }

  /** Whether control nodes of another area manage the host, as far as is known. */
  boolean isManagedElsewhere(HostId host) {
    return manager(host).filter(area -> !area.equals(ownArea)).isPresent();
  }

  private Optional<AreaId> manager(HostId host) {
    return sight.management(host.area()).map((Management area) -> area.managerOf(host.cell()));
  }

  WelcomeQueue queue() {
    return queue;
  }

  void leave(String sessionId) {
    census.sessionOver(sessionId);
  }
}
