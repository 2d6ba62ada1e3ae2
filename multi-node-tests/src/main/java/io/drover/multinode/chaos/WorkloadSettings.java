package io.drover.multinode.chaos;

import io.drover.config.units.Resources;
import java.net.URI;
import java.util.List;

/**
 * What a workload does to which fleet.
 *
 * @param nodes of the HTTP API
 * @param vm size of each VM
 * @param slots how many VMs there are at a time
 * @param clients that ask at the same time
 */
record WorkloadSettings(List<URI> nodes, List<String> areas, Resources vm, int slots, int clients) {
  WorkloadSettings {
    nodes = List.copyOf(nodes);
    areas = List.copyOf(areas);
  }
}
