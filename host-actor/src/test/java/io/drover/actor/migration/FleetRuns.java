package io.drover.actor.migration;

import static io.drover.actor.migration.SimulatedFleet.TARGET;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.SimulatedNetwork.Faults;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;

/** Runs of a simulated fleet. */
final class FleetRuns {
  private static final Duration LEAK_CHECK = Duration.ofMinutes(5);

  static SimulatedFleet fleet() {
    return new SimulatedFleet(1, Faults.NONE);
  }

  static void finish(SimulatedFleet fleet) {
    fleet.request(Optional.of(TARGET));
    goOn(fleet);
  }

  static void goOn(SimulatedFleet fleet) {
    fleet.runUntilOver();
    fleet.run(LEAK_CHECK);
    SingleRunner.checkOver(fleet);
  }

  /** Does something right after the phase is entered for the first time. */
  static void once(SimulatedFleet fleet, Phase phase, Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    fleet.migration.entered =
        state -> {
          if (state.phase() == phase && done.compareAndSet(false, true)) {
            fleet.simulation.after(Duration.ZERO, action);
          }
        };
  }

  static Migration.Command cancel() {
    return new Migration.Request.Cancel(TestInbox.<Migration.Reply>create().getRef());
  }

  private FleetRuns() {}
}
