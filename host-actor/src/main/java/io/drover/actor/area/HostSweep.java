package io.drover.actor.area;

import io.drover.actor.Routes;
import io.drover.actor.host.Host;
import io.drover.config.units.HostId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Wakes the hosts of an area, a batch at a time: one that has moved reads its journal, notices that
 * its agent is away, and says what it has. Not threadsafe.
 */
final class HostSweep {
  private final Routes routes;
  private final int batch;
  private final Queue<HostId> waiting = new ArrayDeque<>();
  private Set<String> nodesSeen = Set.of();

  HostSweep(Routes routes, int batch) {
    this.routes = routes;
    this.batch = batch;
  }

  /** From the first one on; one under way begins anew. */
  void begin(Collection<HostId> hosts) {
    waiting.clear();
    hosts.stream().sorted(Comparator.comparing(HostId::text)).forEach(waiting::add);
  }

  /** A node has come or gone: cells are elsewhere, and their hosts are to be woken there. */
  void lookAt(FleetSight sight, Collection<HostId> hosts) {
    Set<String> nodes = sight.nodes().stream().map(NodeReport::node).collect(Collectors.toSet());
    if (!nodes.equals(nodesSeen)) {
      nodesSeen = nodes;
      begin(hosts);
    }
  }

  /** The next batch; not of cells that nobody can run: what they are told would only pile up. */
  void go(Management area, FleetSight sight) {
    for (int i = 0; i < batch && !waiting.isEmpty(); i++) {
      HostId host = waiting.remove();
      if (area.candidates(host.cell()).stream().anyMatch(sight::isUsable)) {
        routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.SendOffer());
      }
    }
  }
}
