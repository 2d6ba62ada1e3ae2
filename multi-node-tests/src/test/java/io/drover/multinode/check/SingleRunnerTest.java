package io.drover.multinode.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SingleRunnerTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-9);

  @Test
  void shouldAcceptAMigrationWhoseSourceIsRemovedLater() {
    Log log =
        new Log()
            .effects(0, 100, "h1", "vm", 1, 7, 1)
            .effects(120, 200, "h2", "vm", 2, 7, 7)
            .gone(220, "h1", "vm");

    Verdict verdict = SingleRunner.check(log.lines());

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.figures().get("two_alive_longest_ms")).isCloseTo(100, EXACT);
    assertThat(verdict.figures().get("two_effective_longest_ms")).isZero();
  }

  @Test
  void shouldAcceptARestartElsewhereAfterTheHostDied() {
    Log log =
        new Log()
            .effects(0, 100, "h1", "vm", 1, 7, 1)
            .died(150, "h1")
            .effects(8000, 8100, "h2", "vm", 2, 8, 1);

    Verdict verdict = SingleRunner.check(log.lines());

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.figures().get("two_alive_longest_ms")).isZero();
  }

  @Test
  void shouldCatchTheThawedGuestThatRunsOn() {
    Log log =
        new Log()
            .effects(0, 100, "h1", "vm", 1, 7, 1)
            .effects(8000, 8100, "h2", "vm", 2, 8, 1)
            .effect(8110, "h1", "vm", 1, 7, 7)
            .effect(8120, "h2", "vm", 2, 8, 7);

    Verdict verdict = SingleRunner.check(log.lines());

    assertThat(verdict.violations()).singleElement().asString().contains("under epoch 1 after");
    assertThat(verdict.figures().get("two_effective_longest_ms")).isPositive();
  }

  @Test
  void shouldGoByTheOrderOfLinesWhateverTheirTimesSay() {
    // stamped before it was frozen, written after it thawed
    Log log =
        new Log()
            .effects(0, 100, "h1", "vm", 1, 7, 1)
            .effects(8000, 8100, "h2", "vm", 2, 8, 1)
            .effect(120, "h1", "vm", 1, 7, 7);

    assertThat(SingleRunner.check(log.lines()).violations()).hasSize(1);
  }

  @Test
  void shouldCatchOneEpochAtTwoPlaces() {
    Log log = new Log().effects(0, 100, "h1", "vm", 1, 7, 1).effects(200, 220, "h2", "vm", 1, 8, 1);

    assertThat(SingleRunner.check(log.lines()).violations())
        .isNotEmpty()
        .allSatisfy(v -> assertThat(v).contains("under epoch 1 at"));
  }

  @Test
  void shouldCatchTwoCopiesOfOneMemory() {
    Log log =
        new Log()
            .effects(0, 100, "h1", "vm", 1, 7, 1)
            .effects(120, 200, "h2", "vm", 2, 7, 3); // resumed from an older copy

    assertThat(SingleRunner.check(log.lines()).violations())
        .singleElement()
        .asString()
        .contains("counted 3 after 6 in one boot");
  }

  @Test
  void shouldJudgeEachVmByItself() {
    Log log =
        new Log()
            .effect(0, "h1", "vm-a", 5, 7, 1)
            .effect(10, "h2", "vm-b", 1, 8, 1)
            .effect(20, "h1", "vm-a", 5, 7, 2);

    assertThat(SingleRunner.check(log.lines()).violations()).isEmpty();
    assertThat(SingleRunner.check(List.of()).violations()).isEmpty();
  }
}
