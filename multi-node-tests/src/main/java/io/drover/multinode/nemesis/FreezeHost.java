package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.Set;

/** A whole host stands still, guard and guests included, and thaws: the classic double run. */
record FreezeHost(String target) implements Nemesis {
  @Override
  public String kind() {
    return "freeze-host";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.machine(target).freeze();
  }

  @Override
  public Set<String> mayRestartOn() {
    return Set.of(target);
  }
}
