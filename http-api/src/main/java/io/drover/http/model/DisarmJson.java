package io.drover.http.model;

import io.drover.actor.api.ArmingView.Mode;
import io.drover.actor.api.ControlPlane.Disarming;
import io.drover.actor.arming.Arming;
import java.time.Duration;
import java.util.Optional;

/**
 * The body of {@code POST /v1/areas/{area}:disarm}.
 *
 * @param minutes after which it arms itself again
 */
public record DisarmJson(Optional<Long> minutes, Optional<String> reason, Optional<Mode> mode) {
  /** The checked request. */
  public Disarming toRequest() {
    long span =
        Fields.inRange("minutes", Fields.required("minutes", minutes), 1, Arming.LIMIT.toMinutes());
    String why =
        Fields.text("reason", Fields.required("reason", reason), FenceJson.REASON_LENGTH_LIMIT);
    return new Disarming(Duration.ofMinutes(span), mode.orElse(Mode.FREEZE), why);
  }
}
