package io.drover.actor.host;

import io.drover.actor.host.Host.ClaimReply;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Instant;
import java.util.Optional;

/** What a host promises, and to whom: each owner has at most one claim on it. Pure. */
final class ClaimRules {
  /** What to do about a request for a claim. */
  sealed interface Ruling {
    /** Persist it, then say that the owner has its claim. */
    record Grant(Event event) implements Ruling {}

    /** The owner has its claim already. */
    record Held() implements Ruling {}

    record Refuse(ClaimReply.Refused reply) implements Ruling {}
  }

  private ClaimRules() {}

  static Ruling claim(Registered state, Command.Claim c, HostOffer offer, Instant now) {
    var known = state.facts().claimOf(c.owner());
    if (known.filter(k -> k.resources().equals(c.resources())).isPresent()) {
      return new Ruling.Held();
    }
    Optional<String> reason =
        known.isPresent()
            ? Optional.of(c.owner() + " has a claim of another size here")
            : Fit.reasonAgainst(offer, c.resources(), c.image(), c.pin());
    return reason
        .<Ruling>map(r -> new Ruling.Refuse(new ClaimReply.Refused(offer.host(), c.owner(), r)))
        .orElseGet(() -> new Ruling.Grant(new Event.Claimed(c.owner(), c.resources(), now)));
  }

  /**
   * The owner says that it does not need its claim; empty = keep it for now.
   *
   * <p>A migration may have ended without its target, and then its claim is all that is known of
   * what it left there. That is over when the agent says so: it has a session, and reports no
   * incoming guest of that migration. Without a session nothing is placed here anyway, so keeping
   * the claim costs nothing; releasing it would give away memory that may still be held.
   */
  static Optional<Event> release(Registered state, Host.Need need, AgentLink link, Instant now) {
    boolean leftBehind =
        need.owner() instanceof MigrationId m
            && (link.session().isEmpty() || link.incomingOf(m).isPresent());
    return need.needed() || leftBehind || state.facts().claimOf(need.owner()).isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Event.ClaimReleased(need.owner(), "leaked: its owner does not need it", now));
  }

  static Ruling handOver(HostId host, Registered state, Command.HandOverClaim c, Instant now) {
    boolean given = state.facts().claimOf(c.fromOwner()).isPresent();
    boolean had = state.facts().claimOf(c.toOwner()).isPresent();
    if (!given) {
      return had
          ? new Ruling.Held()
          : new Ruling.Refuse(
              new ClaimReply.Refused(
                  host, c.toOwner(), c.fromOwner() + " has no claim to hand over"));
    }
    return new Ruling.Grant(
        had
            ? new Event.ClaimReleased(c.fromOwner(), c.toOwner() + " has a claim already", now)
            : new Event.ClaimHandedOver(c.fromOwner(), c.toOwner(), now));
  }
}
