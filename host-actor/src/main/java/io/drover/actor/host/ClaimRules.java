package io.drover.actor.host;

import io.drover.actor.host.Host.ClaimReply;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.units.HostId;
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
            : Fit.reasonAgainst(offer, c.resources(), c.image());
    return reason
        .<Ruling>map(r -> new Ruling.Refuse(new ClaimReply.Refused(offer.host(), c.owner(), r)))
        .orElseGet(() -> new Ruling.Grant(new Event.Claimed(c.owner(), c.resources(), now)));
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
