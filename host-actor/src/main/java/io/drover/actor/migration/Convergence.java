package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.Round;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.ByteSize;
import java.time.Duration;
import java.util.List;

/** Whether pre-copy has done what it can. Pure. */
final class Convergence {
  /** A prediction must be better than the best one by this to count as progress. */
  static final double PROGRESS_FRACTION = 0.05;

  private static final long PAGE_BYTES = 4096;

  /** What one more round could save at most, when this is all that sending the rest takes. */
  static final Duration NOT_WORTH_A_ROUND = Duration.ofMillis(2);

  private final MigrationSettings settings;

  Convergence(MigrationSettings settings) {
    this.settings = settings;
  }

  /** What to do after a round. */
  sealed interface Verdict {
    /** The rest can be sent within the downtime limit, and another round would not shorten it. */
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
    int stale = roundsWithoutProgress(rounds);
    int sent = last.round() + 1;
    if (last.predictedBlackout().compareTo(downtimeLimit) <= 0) {
      // The limit is what is borne at most; a round that still helps costs the guest nothing.
      boolean settled = stale > 0 || sent >= settings.maxRounds() || isAllButSent(last);
      return settled ? new Verdict.Converged(last.predictedBlackout()) : new Verdict.OneMoreRound();
    }
    if (stale >= settings.plateauRounds()) {
      return hopeless(last, downtimeLimit, "no better prediction in %d rounds".formatted(stale));
    }
    return sent >= settings.maxRounds()
        ? hopeless(last, downtimeLimit, "%d rounds sent".formatted(sent))
        : new Verdict.OneMoreRound();
  }

  private static boolean isAllButSent(Round last) {
    ByteSize rest = new ByteSize(last.remainingPages() * PAGE_BYTES);
    return last.bandwidth().timeFor(rest).compareTo(NOT_WORTH_A_ROUND) <= 0;
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
