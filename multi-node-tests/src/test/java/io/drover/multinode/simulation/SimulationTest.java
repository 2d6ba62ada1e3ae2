package io.drover.multinode.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Some seeds of {@code ./drover simulate}. */
class SimulationTest {
  private static final int SEEDS = 30;

  @Test
  void shouldHoldWhatMustHoldWhateverFails() throws InterruptedException {
    List<RunResult> results = new ArrayList<>();

    Simulation.run(1, SEEDS, 2, results::add);

    assertThat(results.stream().filter(r -> !r.violations().isEmpty()).map(RunResult::report))
        .isEmpty();
    assertThat(results.stream().mapToLong(RunResult::starts).sum())
        .as("guests started")
        .isPositive();
    assertThat(results.stream().mapToLong(RunResult::fenced).sum())
        .as("hosts proven dead")
        .isPositive();
    assertThat(results.stream().mapToLong(RunResult::takeovers).sum())
        .as("takeovers of areas")
        .isPositive();
    assertThat(results.stream().mapToLong(RunResult::conflicts).sum())
        .as("two incarnations wrote: the faults reach what they are for")
        .isPositive();
  }

  @Test
  void shouldBeTheSameRunForTheSameSeed() {
    RunResult first = Simulation.run(5);
    RunResult second = Simulation.run(5);

    assertThat(second.traceHash()).isEqualTo(first.traceHash());
    assertThat(second.steps()).isEqualTo(first.steps());
    assertThat(Simulation.run(6).traceHash()).isNotEqualTo(first.traceHash());
  }
}
