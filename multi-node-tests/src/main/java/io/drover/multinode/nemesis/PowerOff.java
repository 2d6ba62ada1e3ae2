package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.Set;

/** A whole host dies and stays dead for longer than any lease. */
record PowerOff(String target) implements Nemesis {
  @Override
  public String kind() {
    return "power-off";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.powerOff(target);
  }

  @Override
  public void heal(Fleet fleet) {
    fleet.heal();
  }

  @Override
  public Set<String> mayRestartOn() {
    return Set.of(target);
  }
}
