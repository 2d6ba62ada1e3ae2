package io.drover.actor.lease;

import io.drover.actor.lease.LossState.Expiring;
import io.drover.actor.lease.LossState.Fenced;
import io.drover.actor.lease.LossState.Revoking;
import io.drover.actor.lease.LossState.Suspect;
import io.drover.config.units.Spans;
import java.time.Duration;
import java.util.Optional;

/**
 * One loss of a host's session, being decided.
 *
 * @param since the session is gone
 * @param looked when the witnesses were asked last
 * @param asked with what round of questions leave was asked for last
 * @param power what the fence command does
 */
public record Loss(
    LossState state, Duration since, Duration looked, Duration asked, Sight sight, Power power) {
  /**
   * The fence command.
   *
   * @param running it was started and has not ended
   * @param runs so far
   * @param ended when the last run did
   */
  record Power(boolean running, int runs, Duration ended) {
    static final Power NOT_USED = new Power(false, 0, Duration.ZERO);

    Power started() {
      return new Power(true, runs + 1, ended);
    }

    Power ended(Duration now) {
      return new Power(false, runs, now);
    }
  }

  private static final Duration NEVER_ASKED = Duration.ofNanos(-1);

  /**
   * What has just begun, or goes on after the decider has moved: what it knew by its clock is lost,
   * what was persisted is not.
   */
  public static Loss begin(
      Optional<Lease> lease, Optional<FenceProof> proof, LossLimits limits, Duration now) {
    LossState state =
        proof
            .<LossState>map(p -> new Fenced(p.by()))
            .or(() ->
                lease.flatMap(l ->
                    switch (l.standing()) {
                      case OFFERED, HELD, CLOSED -> Optional.empty();
                      case REVOKING -> Optional.of(new Revoking());
                      case REVOKED -> Optional.of(new Expiring(now.plus(limits.expiry(l.ttl()))));
                    }))
            .orElseGet(Suspect::new);
    return new Loss(
        state, now, now.minus(limits.lookInterval()), NEVER_ASKED, Sight.NOTHING, Power.NOT_USED);
  }

  /** A person says that the host is off. */
  public Loss confirmed() {
    return now(new Fenced(FenceProof.By.OPERATOR));
  }

  /** Why it is where it is, for people. */
  public String reason(Optional<Lease> lease, Duration now) {
    String witnesses = lease.map(l -> sight.describe(l, now)).orElse("it has no lease");
    return switch (state) {
      case Suspect _ -> "its witnesses last vouched for it: " + witnesses;
      case LossState.PathBroken _ -> "it is alive; its witnesses last vouched for it: " + witnesses;
      case LossState.Asking _ -> "no majority of its witnesses hears it: " + witnesses;
      case LossState.Held s -> s.reason();
      case Revoking _ ->
          "its lease is being revoked; its witnesses last vouched for it: " + witnesses;
      case Expiring s ->
          "its lease is revoked and has run out in " + Spans.text(positive(s.until().minus(now)));
      case LossState.Unproven s -> s.reason();
      case Fenced _ -> "";
    };
  }

  private static Duration positive(Duration span) {
    return span.isNegative() ? Duration.ZERO : span;
  }

  Loss now(LossState next) {
    return new Loss(next, since, looked, asked, sight, power);
  }

  Loss with(Sight next) {
    return new Loss(state, since, looked, asked, next, power);
  }

  Loss with(Power next) {
    return new Loss(state, since, looked, asked, sight, next);
  }

  Loss looking(Duration now) {
    return new Loss(state, since, now, asked, sight, power);
  }

  /** Leave is asked for once a round: the answer may be lost. */
  Loss asking() {
    return new Loss(state, since, looked, looked, sight, power);
  }
}
