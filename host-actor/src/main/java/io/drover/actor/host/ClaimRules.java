package io.drover.actor.host;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.units.EntityId;
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
      return heldOrVoid(state, c.owner(), offer, now);
    }
    Optional<String> reason =
        known.isPresent()
            ? Optional.of(c.owner() + " has a claim of another size here")
            : Fit.reasonAgainst(offer, c.resources(), c.image(), c.pin());
    return reason
        .<Ruling>map(r -> new Ruling.Refuse(new ClaimReply.Refused(offer.host(), c.owner(), r)))
        .orElseGet(() -> new Ruling.Grant(new Event.Claimed(c.owner(), c.resources(), now)));
  }

  /** A claim from before the host was fenced is made anew. */
  private static Ruling heldOrVoid(Registered state, EntityId owner, HostOffer offer, Instant now) {
    if (!state.facts().safety().voidClaims().contains(owner.text())) {
      return new Ruling.Held();
    }
    return offer.connected()
        ? new Ruling.Grant(new Event.ClaimConfirmed(owner, now))
        : new Ruling.Refuse(
            new ClaimReply.Refused(offer.host(), owner, "its agent is not connected"));
  }

  /** The owner of a claim from before the host was fenced says that it still needs it. */
  static Optional<Event> confirm(Registered state, Host.Need need, AgentLink link, Instant now) {
    boolean isVoid = state.facts().safety().voidClaims().contains(need.owner().text());
    return need.needed() && isVoid && link.session().isPresent()
        ? Optional.of(new Event.ClaimConfirmed(need.owner(), now))
        : Optional.empty();
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
        : Optional.of(new Event.ClaimReleased(need.owner(), "its owner does not need it", now));
  }

  /**
   * A VM that has its grant here is to boot without a claim: what took it for gone may have read
   * the journal before the grant was in it. It gets its claim again, or it does not boot.
   */
  static Ruling boot(Registered state, AgentOrder.RunGuest run, HostOffer offer, Instant now) {
    boolean needsNone = !(run.mode() instanceof AgentOrder.RunMode.Boot);
    if (needsNone || state.facts().claimOf(run.vm()).isPresent()) {
      return new Ruling.Held();
    }
    Optional<String> reason =
        state.facts().safety().fenced().isPresent()
            ? Optional.of("it was fenced")
            : Fit.resourceReason(offer, run.spec().resources());
    return reason
        .<Ruling>map(r ->
            new Ruling.Refuse(
                new ClaimReply.Refused(
                    offer.host(), run.vm(), run.vm() + " has no claim here any more: " + r)))
        .orElseGet(
            () -> new Ruling.Grant(new Event.Claimed(run.vm(), run.spec().resources(), now)));
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
