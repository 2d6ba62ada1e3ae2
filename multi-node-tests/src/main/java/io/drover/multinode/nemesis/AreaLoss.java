package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.Set;

/** The switch of an area is down: its nodes and hosts reach nobody, not even each other. */
record AreaLoss(String target, Set<String> hosts) implements Nemesis {
  AreaLoss {
    hosts = Set.copyOf(hosts);
  }

  @Override
  public String kind() {
    return "area-loss";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.network().cut(target);
  }

  @Override
  public Set<String> mayRestartOn() {
    return hosts;
  }
}
