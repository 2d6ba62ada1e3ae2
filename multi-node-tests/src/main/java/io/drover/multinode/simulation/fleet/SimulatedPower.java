package io.drover.multinode.simulation.fleet;

import io.drover.actor.host.PowerSwitch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Machine;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Power switches of the hosts, on a network of their own. They may fail, and are slow; somebody
 * switches the host on again.
 */
record SimulatedPower(Fleet fleet, Machine from) implements PowerSwitch {
  private static final Duration SLOWEST = Duration.ofSeconds(25);
  private static final Duration OFF_LEAST = Duration.ofSeconds(5);
  private static final Duration OFF_MOST = Duration.ofSeconds(60);
  private static final double FAILURE = 0.3;

  @Override
  public boolean reaches(HostId host, Map<String, String> labels) {
    return fleet.plan().powerSwitches();
  }

  @Override
  public CompletionStage<Answer> switchOff(HostId host, Map<String, String> labels) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    var loop = fleet.world().loop();
    loop.after(
        loop.between(Duration.ofSeconds(1), SLOWEST),
        () -> {
          boolean off = !loop.chance(FAILURE);
          if (off) {
            fleet.cutPower(host.tail());
            loop.after(loop.between(OFF_LEAST, OFF_MOST), () -> fleet.startAgent(host.tail()));
          }
          fleet
              .world()
              .run(
                  from,
                  () -> answer.complete(new Answer(off, off ? "it is off" : "it does not answer")));
        });
    return answer;
  }
}
