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
    return Math.max(share(hosts, hostLimit), share(vms, vmLimit));
  }

  /** With so many hosts and VMs more, or less if negative. */
  AreaUse with(int moreHosts, int moreVms) {
    return new AreaUse(hosts + moreHosts, hostLimit, vms + moreVms, vmLimit);
  }

  /** What a part of its hosts and VMs takes of the limit that is nearer to being reached. */
  double partOf(int someHosts, int someVms) {
    return share(hosts, hostLimit) >= share(vms, vmLimit)
        ? share(someHosts, hostLimit)
        : share(someVms, vmLimit);
  }

  private static double share(int part, int limit) {
    return limit == 0 ? 1 : part / (double) limit;
  }
}
