package io.drover.actor.host;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/** Answers whoever claims, hands over or no longer needs a claim. Lives in one actor. */
final class ClaimDesk {
  private final HostId host;

  ClaimDesk(HostId host) {
    this.host = host;
  }

  Reaction claim(Registered state, Command.Claim c, AgentLink link, Instant now) {
    link.claims(c.owner());
    HostOffer offer = HostViews.offer(host, state, link);
    return rule(state, c.owner(), c.replyTo(), ClaimRules.claim(state, c, offer, now), link);
  }

  Reaction handOver(Registered state, Command.HandOverClaim c, AgentLink link, Instant now) {
    link.claims(c.toOwner());
    return rule(state, c.toOwner(), c.replyTo(), ClaimRules.handOver(host, state, c, now), link);
  }

  /** An order is to be given: whoever boots has its claim first. */
  Reaction instruct(
      Registered state,
      Command.Instruct c,
      AgentLink link,
      Instant now,
      Consumer<Registered> giveOrder) {
    if (!(c.order() instanceof AgentOrder.RunGuest run)) {
      return new Reaction(List.of(), giveOrder);
    }
    return switch (ClaimRules.boot(state, run, HostViews.offer(host, state, link), now)) {
      case ClaimRules.Ruling.Held _ -> new Reaction(List.of(), giveOrder);
      case ClaimRules.Ruling.Refuse r ->
          Reaction.say(() ->
              c.replyTo().tell(HostVoice.unanswered(host, c.orderId(), r.reply().reason(), false)));
      case ClaimRules.Ruling.Grant r -> {
        link.claims(run.vm());
        yield new Reaction(List.of(r.event()), giveOrder);
      }
    };
  }

  private Reaction rule(
      Registered state,
      EntityId owner,
      ActorRef<ClaimReply> replyTo,
      ClaimRules.Ruling ruling,
      AgentLink link) {
    return switch (ruling) {
      case ClaimRules.Ruling.Held _ ->
          Reaction.say(() -> replyTo.tell(claimed(state, owner, link)));
      case ClaimRules.Ruling.Refuse r -> Reaction.say(() -> replyTo.tell(r.reply()));
      case ClaimRules.Ruling.Grant r ->
          new Reaction(List.of(r.event()), s -> replyTo.tell(claimed(s, owner, link)));
    };
  }

  private ClaimReply claimed(Registered state, EntityId owner, AgentLink link) {
    return new ClaimReply.Claimed(host, owner, HostViews.offer(host, state, link));
  }

  Reaction needAnswered(Registered state, Host.Need need, AgentLink link, Instant now) {
    if (!link.answers(need)) {
      return Reaction.NONE; // it has claimed again, or was asked again, since
    }
    return ClaimRules.release(state, need, link, now)
        .or(() -> ClaimRules.confirm(state, need, link, now))
        .map(Reaction::persist)
        .orElse(Reaction.NONE);
  }
}
