package io.drover.http.model;

import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.api.MigrationView;
import io.drover.config.units.EntityId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A migration: where it stands and why, and its one set of figures. What was measured is in
 * microseconds ({@code …Us}), what was asked for in milliseconds ({@code …Ms}).
 *
 * @param over whether the phase is a last one
 * @param bandwidthLimitBytesPerSecond 0 = unlimited
 */
public record MigrationJson(
    String id,
    long version,
    String vm,
    String source,
    Optional<String> target,
    String phase,
    boolean over,
    List<PhaseEntryJson> history,
    Optional<WaitingJson> waiting,
    List<RoundJson> rounds,
    long downtimeLimitMs,
    long bandwidthLimitBytesPerSecond,
    FiguresJson figures,
    Instant requestedAt) {

  /** When a phase was entered and why. */
  public record PhaseEntryJson(String phase, Instant at, String reason) {}

  /** What it waits for. */
  public record WaitingJson(String reason, Instant since, Instant deadline, String nextAction) {}

  /**
   * One round of pre-copy.
   *
   * @param bandwidthBytesPerSecond 0 = unknown
   */
  public record RoundJson(
      int round,
      long sentPages,
      long zeroPages,
      long sentBytes,
      long remainingPages,
      double dirtyPagesPerSecond,
      long bandwidthBytesPerSecond,
      long durationUs,
      long predictedBlackoutUs) {
    static RoundJson from(Round round) {
      return new RoundJson(
          round.round(),
          round.sentPages(),
          round.zeroPages(),
          round.sentBytes().bytes(),
          round.remainingPages(),
          round.dirtyPagesPerSecond(),
          round.bandwidth().bytesPerSecond(),
          Fields.micros(round.duration()),
          Fields.micros(round.predictedBlackout()));
    }
  }

  public static MigrationJson from(MigrationView migration) {
    return new MigrationJson(
        migration.id().text(),
        migration.version(),
        migration.vm().text(),
        migration.source().text(),
        migration.target().map(EntityId::text),
        migration.phase().name(),
        migration.phase().isOver(),
        migration.history().stream()
            .map(entry -> new PhaseEntryJson(entry.phase().name(), entry.at(), entry.reason()))
            .toList(),
        migration
            .waiting()
            .map(waiting ->
                new WaitingJson(
                    waiting.reason(), waiting.since(), waiting.deadline(), waiting.nextAction())),
        migration.rounds().stream().map(RoundJson::from).toList(),
        migration.downtimeLimit().toMillis(),
        migration.bandwidthLimit().bytesPerSecond(),
        FiguresJson.from(migration.figures()),
        migration.requestedAt());
  }
}
