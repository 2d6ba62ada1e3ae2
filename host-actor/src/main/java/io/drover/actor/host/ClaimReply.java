package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;

/** A host's answers to a claim or a hand-over. */
public sealed interface ClaimReply extends CborSerializable {
  HostId host();

  EntityId owner();

  record Claimed(HostId host, EntityId owner, HostOffer offer) implements ClaimReply {}

  /**
   * Nothing was claimed.
   *
   * @param reason for people
   */
  record Refused(HostId host, EntityId owner, String reason) implements ClaimReply {}
}
