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

  /** Where it stands. */
  public enum Status {
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED
  }
}
