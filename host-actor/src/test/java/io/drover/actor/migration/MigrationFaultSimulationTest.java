package io.drover.actor.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.SimulatedMigration.Crash;
import io.drover.actor.migration.SimulatedNetwork.Faults;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/**
 * One migration under random faults: safety while anything may fail, then liveness once all is
 * healed. {@code -Ddrover.seed=N} runs one seed alone.
 */
class MigrationFaultSimulationTest {
  private static final int SEEDS = 600;

  @Test
  void shouldEndWithOneRunnerAndNoLeakedClaimWhateverFails() {
    Map<Phase, Integer> ends = new EnumMap<>(Phase.class);
    String only = System.getProperty("drover.seed", "");
    List<Long> seeds =
        only.isEmpty()
            ? LongStream.range(0, SEEDS).boxed().toList()
            : List.of(Long.parseLong(only));
    for (long seed : seeds) {
      SimulatedFleet fleet = new SimulatedFleet(seed, Faults.NONE);
      try {
        run(fleet);
      } catch (Throwable failure) { // which seed it was must be said, whatever went wrong
        throw new AssertionError(
            "seed %d: %s\njournal %s\nphases %s"
                .formatted(
                    seed, failure.getMessage(), fleet.migration.journal, fleet.migration.phases()),
            failure);
      }
      ends.merge(fleet.migration.phase(), 1, Integer::sum);
    }
    if (only.isEmpty()) {
      assertThat(ends.keySet())
          .as("the faults lead to every end: %s", ends)
          .contains(Phase.COMPLETED, Phase.ROLLED_BACK, Phase.CANCELLED);
    }
  }

  private static void run(SimulatedFleet fleet) {
    Simulation simulation = fleet.simulation;
    fleet.network.faults =
        new Faults(
            simulation.random.nextDouble() * 0.15,
            simulation.random.nextDouble() * 0.15,
            simulation.between(Duration.ofMillis(2), Duration.ofMillis(400)));
    for (SimulatedHost host : fleet.hosts()) {
      host.adoptsGuests = simulation.chance(0.5);
      host.busy = simulation.random.nextInt(3);
      crashAtRandom(simulation, host);
      cutOffAtRandom(simulation, host);
    }
    if (simulation.chance(0.1)) {
      fleet.targetDigest = "f".repeat(32);
    }
    boolean converges = simulation.chance(0.8);
    fleet.predictions = number -> Duration.ofMillis(converges && number > 1 ? 50 : 5_000);
    if (simulation.chance(0.2)) {
      ActorRef<Migration.Reply> nobody = TestInbox.<Migration.Reply>create().getRef();
      simulation.after(
          simulation.between(Duration.ZERO, Duration.ofSeconds(10)),
          () -> fleet.migration.hear(new Migration.Request.Cancel(nobody)));
    }
    fleet.request(simulation.chance(0.5) ? Optional.of(SimulatedFleet.TARGET) : Optional.empty());
    double crashing = simulation.random.nextDouble() * 0.3;
    fleet.migration.crashes =
        _ ->
            simulation.chance(crashing)
                ? simulation.chance(0.5) ? Crash.BEFORE : Crash.AFTER
                : Crash.NOT;
    fleet.run(Duration.ofMinutes(2));

    fleet.network.faults = Faults.NONE;
    fleet.migration.crashes = _ -> Crash.NOT;
    fleet.runUntilOver();
    fleet.run(Duration.ofMinutes(5)); // what was left behind is found
    SingleRunner.checkOver(fleet);
  }

  private static void cutOffAtRandom(Simulation simulation, SimulatedHost host) {
    if (simulation.chance(0.3)) {
      simulation.after(
          simulation.between(Duration.ZERO, Duration.ofSeconds(10)),
          () -> host.cutOff(simulation.between(Duration.ofMillis(100), Duration.ofSeconds(50))));
    }
  }

  private static void crashAtRandom(Simulation simulation, SimulatedHost host) {
    for (int crash = simulation.random.nextInt(3); crash > 0; crash--) {
      simulation.after(
          simulation.between(Duration.ZERO, Duration.ofSeconds(20)),
          () -> host.crash(simulation.between(Duration.ofMillis(100), Duration.ofSeconds(40))));
    }
  }
}
