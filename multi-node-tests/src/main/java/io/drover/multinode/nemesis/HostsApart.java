package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** Two hosts do not reach each other: no migration between them gets through. */
record HostsApart(String host, String other) implements Nemesis {
  @Override
  public String kind() {
    return "hosts-apart";
  }

  @Override
  public String target() {
    return host + " and " + other;
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.partition(host, other);
  }
}
