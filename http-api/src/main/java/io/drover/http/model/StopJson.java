package io.drover.http.model;

import java.time.Duration;
import java.util.Optional;

/**
 * The body of {@code POST /v1/vms/{vm}:stop}.
 *
 * @param graceMs how long the guest may take to stop by itself
 */
public record StopJson(Optional<Long> graceMs) {
  public static final StopJson DEFAULT = new StopJson(Optional.empty());
  private static final long GRACE_MS = 10_000;
  private static final long GRACE_MS_LIMIT = 600_000;

  /** The checked grace period. */
  public Duration grace() {
    return Duration.ofMillis(
        Fields.inRange("graceMs", graceMs.orElse(GRACE_MS), 0, GRACE_MS_LIMIT));
  }
}
