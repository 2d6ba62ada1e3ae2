package io.drover.actor.area;

import io.drover.config.units.AreaId;

/** How full the control nodes of an area are, all together. */
record AreaUse(int hosts, int hostLimit, int vms, int vmLimit) {
  static AreaUse of(AreaId area, FleetSight sight) {
    int hosts = 0;
    int hostLimit = 0;
    int vms = 0;
    int vmLimit = 0;
    for (NodeReport node : sight.nodes()) {
      if (node.area().equals(area) && node.fresh()) {
        hosts += node.load().hosts();
        hostLimit += node.load().hostLimit();
        vms += node.load().vms();
        vmLimit += node.load().vmLimit();
      }
    }
    return new AreaUse(hosts, hostLimit, vms, vmLimit);
  }

  /** The fuller of both, 0 to 1 and beyond; full while nobody reports. */
  double share() {
    return shareWith(0);
  }

  /** The same with so many hosts more. */
  double shareWith(int moreHosts) {
    return Math.max(share(hosts + moreHosts, hostLimit), share(vms, vmLimit));
  }

  /** How many hosts are above that share of the limit. */
  int hostsAbove(double share) {
    return Math.max(hosts - (int) (share * hostLimit), 0);
  }

  private static double share(int part, int limit) {
    return limit == 0 ? 1 : part / (double) limit;
  }
}
