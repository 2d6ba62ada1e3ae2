package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetProcess;
import java.util.List;

/** Every control node is stopped as for an upgrade and started again, one after the other. */
record RollingRestart(List<String> nodes) implements Nemesis {
  RollingRestart {
    nodes = List.copyOf(nodes);
  }

  @Override
  public String kind() {
    return "rolling-restart";
  }

  @Override
  public String target() {
    return String.join(", ", nodes);
  }

  /** Returns when all were restarted. */
  @Override
  public void inject(Fleet fleet) {
    for (String node : nodes) {
      FleetProcess process = fleet.process(node);
      process.stop();
      process.start();
      fleet.awaitReady();
    }
  }
}
