package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.time.Duration;

/** The wall clock of one process jumps, and jumps back. */
record ClockJump(String process, Duration offset) implements Nemesis {
  @Override
  public String kind() {
    return "clock-jump";
  }

  @Override
  public String target() {
    return process + " " + offset;
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.process(process).shim().orElseThrow().jump(offset);
  }

  @Override
  public void heal(Fleet fleet) {
    fleet.process(process).shim().orElseThrow().jump(Duration.ZERO);
  }
}
