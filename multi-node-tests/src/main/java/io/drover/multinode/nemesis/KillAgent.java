package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.util.Set;

/** SIGKILL of a host's agent, and of the embedded guests in it; it is started again soon. */
record KillAgent(String target) implements Nemesis {
  @Override
  public String kind() {
    return "kill-agent";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.kill(target);
  }

  @Override
  public Set<String> mayRestartOn() {
    return Set.of(target);
  }
}
