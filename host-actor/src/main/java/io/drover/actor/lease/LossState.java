package io.drover.actor.lease;

import io.drover.config.units.Spans;
import java.time.Duration;

/**
 * How far the decision about a silent host has come. Times are readings of the decider's monotonic
 * clock.
 *
 * <pre>
 * Suspect ─majority heard it─▶ PathBroken ─not any more─▶ Suspect
 * Suspect ─majority silent, lease about to end─▶ Asking ─not now─▶ Held ─▶ Asking
 * Asking ─leave─▶ Revoking ─majority revoked─▶ Expiring ─time is up─▶ Fenced
 * Suspect ─only a minority hears it, for long─▶ Asking
 * Suspect ─no lease that counts─▶ Unproven;   any ─power off confirmed─▶ Fenced
 * </pre>
 */
public sealed interface LossState {
  /**
   * The witnesses are being asked.
   *
   * @param outlook for people, when they do not tell; else empty
   */
  record Suspect(String outlook) implements LossState {
    /** For answers, or for the end of its lease. */
    static final Suspect WAITING = new Suspect("");

    /** No majority answers, so that its lease can neither be seen nor revoked. */
    static final Suspect UNANSWERED =
        new Suspect(
            "too few of them answer to prove anything: bring them back, or confirm that it is off");

    /** A minority hears it, and the others do not or say nothing. */
    static Suspect inDoubt(Duration left) {
      return new Suspect(
          "too few of them answer to be sure: its lease is revoked in %s unless a majority hears it"
              .formatted(Spans.text(left)));
    }
  }

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

  /**
   * The witnesses are asked to revoke its lease, over and over.
   *
   * @param since there was leave for it; whoever vouched later heard it alive
   */
  record Revoking(Duration since) implements LossState {}

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
