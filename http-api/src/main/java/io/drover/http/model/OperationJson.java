package io.drover.http.model;

import io.drover.actor.api.OperationView;
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
}
