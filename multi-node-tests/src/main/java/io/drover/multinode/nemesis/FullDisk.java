package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** No byte is free on the disk with an agent's state. */
record FullDisk(String target) implements Nemesis {
  @Override
  public String kind() {
    return "full-disk";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.machine(target).disk().orElseThrow().fill();
  }

  @Override
  public void heal(Fleet fleet) {
    fleet.machine(target).disk().orElseThrow().free();
    fleet.heal();
  }
}
