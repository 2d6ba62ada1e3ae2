package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.AreaView.Alarm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  /** Kinds of {@link #alarms}. */
  public static final String DISARMED = "disarmed";

  public static final String FENCING_HELD = "fencing-held";

  public static final ArmingView ARMED =
      new ArmingView(true, Optional.empty(), Optional.empty(), "", "");

  public ArmingView alarming(String why) {
    return new ArmingView(armed, until, mode, reason, why);
  }

  /** Whether it is one of {@link #alarms}. */
  public static boolean isAboutFencing(Alarm alarm) {
    return alarm.kind().equals(DISARMED) || alarm.kind().equals(FENCING_HELD);
  }

  /** The same as alarms of its area. */
  public List<Alarm> alarms() {
    List<Alarm> alarms = new ArrayList<>();
    if (!armed) {
      alarms.add(
          new Alarm(
              DISARMED,
              "no lost host is fenced until %s (%s): %s"
                  .formatted(
                      until.map(Instant::toString).orElse("it is armed"),
                      mode.map(Mode::name).orElse(""),
                      reason)));
    }
    if (!alarm.isEmpty()) {
      alarms.add(new Alarm(FENCING_HELD, alarm));
    }
    return alarms;
  }

  /** What becomes of hosts that are lost while their area is disarmed. */
  public enum Mode {
    /** They wait, and are fenced when it is armed again. */
    FREEZE,
    /** They are never fenced by themselves, until they have been back. */
    IGNORE
  }
}
