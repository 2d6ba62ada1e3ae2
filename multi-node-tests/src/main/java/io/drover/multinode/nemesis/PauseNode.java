package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** SIGSTOP of a control node, as a long garbage collection would be; then SIGCONT. */
record PauseNode(String target) implements Nemesis {
  @Override
  public String kind() {
    return "pause-node";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.pause(target);
  }
}
