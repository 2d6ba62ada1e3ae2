package io.drover.actor.area;

import io.drover.actor.CborSerializable;

/** How many more hosts and VMs control nodes can manage; never negative. */
public record Headroom(int hosts, int vms) implements CborSerializable {
  public static final Headroom NONE = new Headroom(0, 0);

  public Headroom {
    hosts = Math.max(hosts, 0);
    vms = Math.max(vms, 0);
  }

  Headroom plus(Headroom other) {
    return new Headroom(hosts + other.hosts, vms + other.vms);
  }
}
