package io.drover.multinode.witness;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.witness.Testimony.Died;
import io.drover.multinode.witness.Testimony.Effect;
import io.drover.multinode.witness.Testimony.Gone;
import io.drover.multinode.witness.Testimony.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EffectWitnessTest {
  private static final Runner RUNNER = new Runner("north-h1", 17);

  @TempDir Path directory;

  @Test
  void shouldReadBackWhatWasWritten() {
    List<Testimony> all =
        List.of(
            new Effect(1, RUNNER, "vm-a", 3, -1, 9),
            new Gone(2, RUNNER, "vm-a"),
            new Died(3, RUNNER));
    try (EffectWitness witness = EffectWitness.open(directory.resolve("log"))) {
      all.forEach(witness::append);

      assertThat(witness.testimonies()).isEqualTo(all);
    }
  }

  @Test
  void shouldGoOnAfterAnInterruptedWriter() {
    try (EffectWitness witness = EffectWitness.open(directory.resolve("log"))) {
      Thread.currentThread().interrupt();
      witness.append(new Died(1, RUNNER));
      assertThat(Thread.interrupted()).isTrue();
      witness.append(new Died(2, RUNNER));

      assertThat(witness.testimonies()).hasSize(2);
    }
  }

  @Test
  void shouldLeaveOutALineThatIsNotWhole() throws IOException {
    Path file = directory.resolve("log");
    try (EffectWitness witness = EffectWitness.open(file)) {
      witness.append(new Died(1, RUNNER));
      Files.writeString(file, "effect 5 north-h1 17 vm-a 3", StandardOpenOption.APPEND);

      assertThat(witness.testimonies()).containsExactly(new Died(1, RUNNER));
    }
  }

  @Test
  void shouldKeepLinesOfSeveralWritersWhole() {
    Path file = directory.resolve("log");
    int writers = 4;
    int lines = 2_000;
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      Runner runner = new Runner("h" + w, w);
      running.add(
          CompletableFuture.runAsync(() -> {
            try (EffectWitness witness = EffectWitness.open(file)) {
              for (int n = 0; n < lines; n++) {
                witness.append(new Effect(n, runner, "vm-" + runner.host(), 1, 1, n));
              }
            }
          }));
    }
    running.forEach(CompletableFuture::join);

    try (EffectWitness witness = EffectWitness.open(file)) {
      assertThat(witness.testimonies()).hasSize(writers * lines);
    }
  }
}
