package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.Round;
import io.drover.config.settings.MigrationSettings;
import java.time.Duration;
import java.util.List;

/** Whether pre-copy has done what it can. Pure. */
final class Convergence {
  /** A prediction must be better than the best one by this to count as progress. */
  static final double PROGRESS_FRACTION = 0.05;

  private final MigrationSettings settings;

  Convergence(MigrationSettings settings) {
    this.settings = settings;
  }

  /** What to do after a round. */
  sealed interface Verdict {
    /** What is left can be sent within the downtime limit, the guest paused. */
    record Converged(Duration predictedBlackout) implements Verdict {}

    record OneMoreRound() implements Verdict {}

    /** More rounds will not help. */
    record Hopeless(String reason) implements Verdict {}
  }

  /**
   * @param rounds of this pre-copy, oldest first; later ones may be missing
   */
  Verdict judge(List<Round> rounds, Duration downtimeLimit) {
    if (rounds.isEmpty() || rounds.getLast().round() < 1) {
      return new Verdict.OneMoreRound(); // round 0 sends all: what it leaves says little
    }
    Round last = rounds.getLast();
    if (last.predictedBlackout().compareTo(downtimeLimit) <= 0) {
      return new Verdict.Converged(last.predictedBlackout());
    }
    int stale = roundsWithoutProgress(rounds);
    if (stale >= settings.plateauRounds()) {
      return hopeless(last, downtimeLimit, "no better prediction in %d rounds".formatted(stale));
    }
    int sent = last.round() + 1;
    return sent >= settings.maxRounds()
        ? hopeless(last, downtimeLimit, "%d rounds sent".formatted(sent))
        : new Verdict.OneMoreRound();
  }

  private static int roundsWithoutProgress(List<Round> rounds) {
    double best = Double.MAX_VALUE;
    int stale = 0;
    for (Round round : rounds) {
      double predicted = round.predictedBlackout().toNanos();
      if (predicted < best * (1 - PROGRESS_FRACTION)) {
        best = predicted;
        stale = 0;
      } else {
        stale++;
      }
    }
    return stale;
  }

  private static Verdict hopeless(Round last, Duration limit, String why) {
    return new Verdict.Hopeless(
        ("does not converge: %s; after round %d the predicted blackout is %d ms, the limit %d ms, "
                + "%d pages remain, %.0f are dirtied per second, bandwidth %s")
            .formatted(
                why,
                last.round(),
                last.predictedBlackout().toMillis(),
                limit.toMillis(),
                last.remainingPages(),
                last.dirtyPagesPerSecond(),
                last.bandwidth()));
  }
}
