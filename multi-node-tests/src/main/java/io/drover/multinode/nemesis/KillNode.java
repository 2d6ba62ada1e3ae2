package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** SIGKILL of a control node, which is started again at the end. */
record KillNode(String target) implements Nemesis {
  @Override
  public String kind() {
    return "kill-node";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.kill(target);
  }
}
