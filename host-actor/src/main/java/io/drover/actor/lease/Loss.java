package io.drover.actor.lease;

import io.drover.actor.lease.LossState.Expiring;
import io.drover.actor.lease.LossState.Fenced;
import io.drover.actor.lease.LossState.PathBroken;
import io.drover.actor.lease.LossState.Revoking;
import io.drover.actor.lease.LossState.Suspect;
import io.drover.config.units.Spans;
import java.time.Duration;
import java.util.Optional;

/**
 * One loss of a host's session, being decided.
 *
 * @param since the session is gone, or a majority of the witnesses heard the host last, later by as
 *     long as the decider stood still
 * @param looked when the witnesses were asked last
 * @param asked with what round of questions leave was asked for last
 * @param fence what the fence command does
 */
public record Loss(
    LossState state,
    Duration since,
    Duration looked,
    Duration asked,
    Sight sight,
    FenceRuns fence) {
  private static final Duration NEVER_ASKED = Duration.ofNanos(-1);

  /**
   * What has just begun, or goes on after the decider has moved: what it knew by its clock is lost,
   * what was persisted is not.
   *
   * @param fenceUnderWay a fence command was begun, and nothing is known of its end
   */
  public static Loss begin(
      Optional<Lease> lease,
      Optional<FenceProof> proof,
      boolean fenceUnderWay,
      LossLimits limits,
      Duration now) {
    LossState state =
        proof
            .<LossState>map(p -> new Fenced(p.by()))
            .or(() ->
                lease.flatMap(l ->
                    switch (l.standing()) {
                      case OFFERED, HELD, CLOSED -> Optional.empty();
                      case REVOKING -> Optional.of(new Revoking(now));
                      case REVOKED -> Optional.of(new Expiring(now.plus(limits.expiry(l.ttl()))));
                    }))
            .orElseGet(() -> Suspect.WAITING);
    return new Loss(
        state,
        fenceUnderWay ? now.minus(limits.unleasedSilence()) : now, // it was silent for long enough
        now.minus(limits.lookInterval()),
        NEVER_ASKED,
        Sight.NOTHING,
        FenceRuns.NONE);
  }

  /** A person says that the host is off. */
  public Loss confirmed() {
    return now(new Fenced(FenceProof.By.OPERATOR));
  }

  /** Why it is where it is, for people. */
  public String reason(Optional<Lease> lease, Duration now) {
    String witnesses = lease.map(l -> sight.describe(l, now)).orElse("it has no lease");
    return switch (state) {
      case Suspect s -> "its witnesses last vouched for it: " + witnesses + more(s.outlook());
      case PathBroken _ -> "it is alive; its witnesses last vouched for it: " + witnesses;
      case LossState.Asking _ -> "no majority of its witnesses hears it: " + witnesses;
      case LossState.Held s -> s.reason();
      case Revoking _ ->
          "its lease is being revoked; its witnesses last vouched for it: "
              + witnesses
              + more(fence.outlook());
      case Expiring s ->
          "its lease is revoked and has run out in "
              + Spans.text(positive(s.until().minus(now)))
              + more(fence.outlook());
      case LossState.Unproven s -> s.reason();
      case Fenced _ -> fence.outlook();
    };
  }

  private static String more(String text) {
    return text.isEmpty() ? "" : "; " + text;
  }

  private static Duration positive(Duration span) {
    return span.isNegative() ? Duration.ZERO : span;
  }

  Loss now(LossState next) {
    return new Loss(next, since, looked, asked, sight, fence);
  }

  Loss with(Sight next) {
    return new Loss(state, since, looked, asked, next, fence);
  }

  /** A majority of the witnesses hears it: what was begun against it is over. */
  Loss heard(Duration now) {
    return new Loss(
        new PathBroken(), now, looked, asked, sight, fence.isRunning() ? fence : FenceRuns.NONE);
  }

  Loss with(FenceRuns next) {
    return new Loss(state, since, looked, asked, sight, next);
  }

  Loss looking(Duration now) {
    return new Loss(state, since, now, asked, sight, fence);
  }

  /** The decider stood still for so long: it has not waited meanwhile. */
  Loss waitingLonger(Duration missed) {
    return new Loss(state, since.plus(missed), looked, asked, sight, fence);
  }

  /** Leave is asked for once a round: the answer may be lost. */
  Loss asking() {
    return new Loss(state, since, looked, looked, sight, fence);
  }
}
