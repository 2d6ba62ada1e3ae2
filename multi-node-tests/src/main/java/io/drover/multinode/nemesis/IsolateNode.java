package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.List;

/** A control node that no other control node hears or reaches; database and hosts still do. */
record IsolateNode(String target) implements Nemesis {
  @Override
  public String kind() {
    return "isolate-node";
  }

  @Override
  public void inject(Fleet fleet) {
    List<String> others =
        fleet.nodes().stream()
            .map(node -> node.process().name())
            .filter(name -> !name.equals(target))
            .toList();
    fleet.partition(List.of(target), others);
  }
}
