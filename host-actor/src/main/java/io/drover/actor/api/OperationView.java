package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import java.time.Instant;
import java.util.Optional;

/**
 * Long work that a request started.
 *
 * @param id an operation id, or the id of a migration
 * @param subject id of what it works on
 */
public record OperationView(
    String id,
    String kind,
    String subject,
    Status status,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt)
    implements CborSerializable {

  /** A migration seen as an operation: its id is an operation id too. */
  public static OperationView of(MigrationView migration) {
    Optional<MigrationView.PhaseEntry> last =
        migration.history().isEmpty()
            ? Optional.empty()
            : Optional.of(migration.history().getLast());
    return new OperationView(
        migration.id().text(),
        "migrate",
        migration.vm().text(),
        statusOf(migration.phase()),
        last.map(MigrationView.PhaseEntry::reason).orElse(""),
        migration.requestedAt(),
        migration.phase().isOver() ? last.map(MigrationView.PhaseEntry::at) : Optional.empty());
  }

  private static Status statusOf(MigrationView.Phase phase) {
    return switch (phase) {
      case COMPLETED -> Status.SUCCEEDED;
      case CANCELLED -> Status.CANCELLED;
      case ROLLED_BACK, NEEDS_OPERATOR -> Status.FAILED;
      case REQUESTED,
          QUEUED,
          TARGET_RESERVED,
          TARGET_PREPARED,
          PRE_COPY,
          LOCKED,
          STOP_AND_COPY,
          SWITCHED_OVER,
          VERIFYING,
          SOURCE_RELEASED,
          ROLLING_BACK ->
          Status.RUNNING;
    };
  }

  /** Where it stands. */
  public enum Status {
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED
  }
}
