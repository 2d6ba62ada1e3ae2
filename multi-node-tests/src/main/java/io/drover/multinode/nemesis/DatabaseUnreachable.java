package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.Set;

/** Some control nodes do not reach the database, and hear nothing of it either. */
record DatabaseUnreachable(Set<String> nodes) implements Nemesis {
  DatabaseUnreachable {
    nodes = Set.copyOf(nodes);
  }

  @Override
  public String kind() {
    return "database-unreachable";
  }

  @Override
  public String target() {
    return "from " + String.join(", ", nodes.stream().sorted().toList());
  }

  @Override
  public void inject(Fleet fleet) {
    nodes.forEach(node -> fleet.partition("database", node));
  }
}
