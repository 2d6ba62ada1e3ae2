package io.drover.http.model;

import java.util.Optional;

/**
 * The body of {@code POST /v1/areas/{area}:arm}.
 *
 * @param force also fence what vanished with many others, or while losses were ignored
 */
public record ArmJson(Optional<Boolean> force) {
  public static final ArmJson DEFAULT = new ArmJson(Optional.empty());
}
