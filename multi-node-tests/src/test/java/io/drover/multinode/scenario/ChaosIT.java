package io.drover.multinode.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.chaos.ChaosOutcome;
import io.drover.multinode.chaos.ChaosPlan;
import io.drover.multinode.chaos.ChaosRun;
import io.drover.multinode.nemesis.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The short form of {@code ./drover chaos}. */
class ChaosIT {
  private static final long SEED = Long.getLong("multinode.seed", 1);
  private static final Duration LENGTH = Duration.ofSeconds(75);

  @Test
  void shouldViolateNothingWhateverBreaks() {
    Path directory = Directories.fresh("chaos");
    ChaosPlan plan = new ChaosPlan(SEED, LENGTH, 3, 1, 1, FaultKind.withoutHostLoss());

    ChaosOutcome outcome = new ChaosRun(plan, directory, System.out::println).run();

    assertThat(outcome.faults()).isNotEmpty();
    assertThat(outcome.violations())
        .as("seed %d; logs, effects and history are in %s", SEED, directory)
        .isEmpty();
  }
}
