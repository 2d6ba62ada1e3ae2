package io.drover.actor.lease;

import java.time.Duration;

/**
 * How far the decision about a silent host has come. Times are readings of the decider's monotonic
 * clock.
 *
 * <pre>
 * Suspect ─majority heard it─▶ PathBroken ─not any more─▶ Suspect
 * Suspect ─majority silent, lease about to end─▶ Asking ─not now─▶ Held ─▶ Asking
 * Asking ─leave─▶ Revoking ─majority revoked─▶ Expiring ─time is up─▶ Fenced
 * Suspect ─no lease that counts─▶ Unproven;   any ─power off confirmed─▶ Fenced
 * </pre>
 */
public sealed interface LossState {
  /** The witnesses are being asked. */
  record Suspect() implements LossState {}

  /** A majority of the witnesses hears the host: it lives, and only we do not reach it. */
  record PathBroken() implements LossState {}

  /** Nobody hears it. May it be fenced? */
  record Asking() implements LossState {}

  /**
   * It may not be fenced now.
   *
   * @param reason for people
   */
  record Held(String reason) implements LossState {}

  /** The witnesses are asked to revoke its lease, over and over. */
  record Revoking() implements LossState {}

  /**
   * A majority has revoked it.
   *
   * @param until by then it has run out, whatever the host did last
   */
  record Expiring(Duration until) implements LossState {}

  /**
   * Its lease proves nothing: a command, a person, or its return must.
   *
   * @param reason for people
   */
  record Unproven(String reason) implements LossState {}

  /** Proven; nothing is left to decide. */
  record Fenced(FenceProof.By by) implements LossState {}
}
