package io.drover.http.model;

import io.drover.config.units.AreaId;
import java.util.Optional;

/**
 * The body of {@code POST /v1/areas/{area}:failover} and {@code :failback}.
 *
 * @param to of a failover only: the area that is to run it; absent = the first of the hierarchy
 *     with room
 * @param reason for people
 */
public record TakeoverJson(Optional<String> to, Optional<String> reason) {
  public static final TakeoverJson DEFAULT = new TakeoverJson(Optional.empty(), Optional.empty());
  private static final int REASON_LIMIT = 200;

  /** The checked area. */
  public Optional<AreaId> area() {
    return to.map(text -> Fields.parsed("to", text, AreaId::new));
  }

  /** The checked reason. */
  public String reasonOr(String otherwise) {
    return reason.map(text -> Fields.text("reason", text, REASON_LIMIT)).orElse(otherwise);
  }
}
