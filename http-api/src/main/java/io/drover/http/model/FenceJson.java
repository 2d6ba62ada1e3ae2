package io.drover.http.model;

import io.drover.http.problem.ProblemException;
import java.util.Optional;

/**
 * The body of {@code POST /v1/hosts/{host}:fence}.
 *
 * @param confirmedOff must be true: somebody has seen that the host is off
 * @param reason how that is known
 */
public record FenceJson(Optional<Boolean> confirmedOff, Optional<String> reason) {
  static final int REASON_LENGTH_LIMIT = 500;

  /** The checked reason. */
  public String checkedReason() {
    if (!confirmedOff.orElse(false)) {
      throw ProblemException.invalid(
          "confirmedOff",
          "confirmedOff must be true: its VMs are restarted elsewhere, and must not run twice");
    }
    return Fields.text("reason", Fields.required("reason", reason), REASON_LENGTH_LIMIT);
  }
}
