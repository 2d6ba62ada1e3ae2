package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.time.Duration;

/** Each fsync of one process takes so much longer. */
record SlowDisk(String process, Duration perSync) implements Nemesis {
  @Override
  public String kind() {
    return "slow-disk";
  }

  @Override
  public String target() {
    return process + " " + perSync.toMillis() + " ms";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.process(process).shim().orElseThrow().slowDisk(perSync);
  }

  @Override
  public void heal(Fleet fleet) {
    fleet.process(process).shim().orElseThrow().slowDisk(Duration.ZERO);
  }
}
