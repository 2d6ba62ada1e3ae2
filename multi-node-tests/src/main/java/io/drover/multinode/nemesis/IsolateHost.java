package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.List;

/** No control node reaches the host; other hosts still do. Its guests must not be disturbed. */
record IsolateHost(String host) implements Nemesis {
  @Override
  public String kind() {
    return "isolate-host";
  }

  @Override
  public String target() {
    return host;
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.partition(
        List.of(host), fleet.nodes().stream().map(node -> node.process().name()).toList());
  }
}
