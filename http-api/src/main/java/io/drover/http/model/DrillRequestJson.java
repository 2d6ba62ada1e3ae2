package io.drover.http.model;

import io.drover.config.units.AreaId;
import java.util.Optional;

/**
 * The body of {@code POST /v1/areas/{area}:drill}.
 *
 * @param to the backup that is to run it meanwhile; absent = the first of the hierarchy with room
 */
public record DrillRequestJson(Optional<String> to) {
  public static final DrillRequestJson DEFAULT = new DrillRequestJson(Optional.empty());

  /** The checked area. */
  public Optional<AreaId> area() {
    return to.map(text -> Fields.parsed("to", text, AreaId::new));
  }
}
