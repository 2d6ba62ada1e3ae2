package io.drover.actor.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.migration.Convergence.Verdict;
import io.drover.config.settings.MigrationSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConvergenceTest {
  private static final Duration LIMIT = Duration.ofMillis(300);
  private final MigrationSettings settings = MigrationSettings.defaults();
  private final Convergence convergence = new Convergence(settings);

  private static List<Round> rounds(int count, IntUnaryOperator predictedMs) {
    return IntStream.range(0, count)
        .mapToObj(n -> SimulatedAgent.roundOf(n, Duration.ofMillis(predictedMs.applyAsInt(n))))
        .toList();
  }

  @Test
  void shouldNotTrustTheRoundThatSentEverything() {
    assertThat(convergence.judge(rounds(1, _ -> 1), LIMIT))
        .isInstanceOf(Verdict.OneMoreRound.class);
  }

  @Test
  void shouldConvergeAtTheLimitAndNotAboveIt() {
    assertThat(convergence.judge(rounds(2, _ -> 300), LIMIT))
        .isEqualTo(new Verdict.Converged(LIMIT));
    assertThat(convergence.judge(rounds(2, _ -> 301), LIMIT))
        .isInstanceOf(Verdict.OneMoreRound.class);
  }

  @Test
  void shouldGoOnBelowTheLimitWhileRoundsShortenTheBlackout() {
    assertThat(convergence.judge(leaving(10_000, 5_000), LIMIT))
        .isInstanceOf(Verdict.OneMoreRound.class);
    assertThat(convergence.judge(leaving(10_000, 5_000, 5_000), LIMIT))
        .isInstanceOf(Verdict.Converged.class);
    assertThat(convergence.judge(leaving(10_000, 20), LIMIT)).isInstanceOf(Verdict.Converged.class);
  }

  private static List<Round> leaving(int... pages) {
    return IntStream.range(0, pages.length)
        .mapToObj(
            n -> SimulatedAgent.roundLeaving(n, pages[n], Duration.ofNanos(pages[n] * 10_000L)))
        .toList();
  }

  @Test
  void shouldGiveUpOnAPlateauButNotWhilePredictionsImprove() {
    int rounds = settings.plateauRounds() + 1;

    assertThat(convergence.judge(rounds(rounds, _ -> 5_000), LIMIT))
        .isInstanceOf(Verdict.Hopeless.class);
    assertThat(convergence.judge(rounds(rounds, n -> 5_000 - 400 * n), LIMIT))
        .isInstanceOf(Verdict.OneMoreRound.class);
  }

  @Test
  void shouldGiveUpAfterTheLastRoundAndNameTheFigures() {
    Verdict verdict =
        convergence.judge(rounds(settings.maxRounds(), n -> (int) (1e9 * Math.pow(0.9, n))), LIMIT);

    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Hopeless.class,
            v -> assertThat(v.reason()).contains("30 rounds sent", "limit 300 ms", "pages remain"));
  }
}
