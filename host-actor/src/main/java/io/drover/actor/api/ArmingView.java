package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether an area's lost hosts are fenced.
 *
 * @param until when it arms itself again; empty while it is armed
 * @param mode what disarmed means; empty while it is armed
 * @param reason why somebody disarmed it
 * @param alarm why nothing is fenced although it is armed; empty = it is
 */
public record ArmingView(
    boolean armed, Optional<Instant> until, Optional<Mode> mode, String reason, String alarm)
    implements CborSerializable {
  public static final ArmingView ARMED =
      new ArmingView(true, Optional.empty(), Optional.empty(), "", "");

  public ArmingView alarming(String why) {
    return new ArmingView(armed, until, mode, reason, why);
  }

  /** What becomes of hosts that are lost while their area is disarmed. */
  public enum Mode {
    /** They wait, and are fenced when it is armed again. */
    FREEZE,
    /** They are never fenced by themselves, until they have been back. */
    IGNORE
  }
}
