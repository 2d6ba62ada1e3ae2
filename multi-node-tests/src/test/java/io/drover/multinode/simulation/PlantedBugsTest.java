package io.drover.multinode.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulation that finds nothing proves something only if it finds what is there. */
class PlantedBugsTest {
  private static final int SEED_LIMIT = 300; // the rarest is found by one seed in 80

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void shouldFindAPlantedBug(PlantedBug bug) {
    List<?> seeds = new BuggyCode(bug).hunt(1, SEED_LIMIT);

    System.out.printf("%s: seed %d: %s%n", bug, seeds.size(), seeds.getLast());
    assertThat(String.valueOf(seeds.getLast()))
        .as("violation by %s within %d seeds", bug, SEED_LIMIT)
        .isNotEmpty();
  }
}
