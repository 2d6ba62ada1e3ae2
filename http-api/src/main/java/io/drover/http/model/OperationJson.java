package io.drover.http.model;

import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.PhaseEntry;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.OperationView.Status;
import java.time.Instant;
import java.util.Optional;

/** Long work that a request started. */
public record OperationJson(
    String id,
    String kind,
    String subject,
    String status,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt) {

  public static OperationJson from(OperationView operation) {
    return new OperationJson(
        operation.id(),
        operation.kind(),
        operation.subject(),
        operation.status().name(),
        operation.reason(),
        operation.startedAt(),
        operation.endedAt());
  }

  /** A migration seen as an operation: its id is an operation id too. */
  public static OperationJson from(MigrationView migration) {
    Optional<PhaseEntry> last =
        migration.history().isEmpty()
            ? Optional.empty()
            : Optional.of(migration.history().getLast());
    return new OperationJson(
        migration.id().text(),
        "migrate",
        migration.vm().text(),
        status(migration.phase()).name(),
        last.map(PhaseEntry::reason).orElse(""),
        migration.requestedAt(),
        migration.phase().isOver() ? last.map(PhaseEntry::at) : Optional.empty());
  }

  private static Status status(MigrationView.Phase phase) {
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
}
