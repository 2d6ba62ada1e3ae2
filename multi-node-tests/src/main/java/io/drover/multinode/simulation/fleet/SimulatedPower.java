package io.drover.multinode.simulation.fleet;

import io.drover.actor.host.PowerSwitch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Machine;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * Power switches of the hosts, on a network of their own. They may fail, and are slow; somebody
 * switches the host on again.
 */
record SimulatedPower(Fleet fleet, Machine from) implements PowerSwitch {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
  private static final Duration SLOWEST = Duration.ofSeconds(25);
  private static final Duration OFF_LEAST = Duration.ofSeconds(5);
  private static final Duration OFF_MOST = Duration.ofSeconds(60);
  private static final double FAILURE = 0.3;

  @Override
  public int ways(HostId host, Map<String, String> labels) {
    return fleet.plan().powerSwitches() ? 1 : 0;
  }

  @Override
  public CompletionStage<Answer> switchOff(
      HostId host, Map<String, String> labels, int way, BooleanSupplier wanted) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    var loop = fleet.world().loop();
    loop.after(
        loop.between(Duration.ZERO, LONGEST_WAIT),
        () ->
            fleet
                .world()
                .run(
                    from,
                    () -> {
                      if (wanted.getAsBoolean()) {
                        start(host, answer);
                      } else {
                        answer.complete(new Answer(false, "it was not started"));
                      }
                    }));
    return answer;
  }

  /** From here on nothing calls it back, not even the death of whoever started it. */
  private void start(HostId host, CompletableFuture<Answer> answer) {
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
  }
}
