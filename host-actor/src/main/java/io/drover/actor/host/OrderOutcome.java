package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.config.units.HostId;

/** How an order to a host ended. */
public sealed interface OrderOutcome extends CborSerializable {
  HostId host();

  String orderId();

  /** The agent did it, or says why not. */
  record Answered(HostId host, String orderId, Outcome outcome) implements OrderOutcome {}

  /**
   * No answer will come: the deadline passed, the queue is full, or a newer order replaced it.
   *
   * @param delivered the agent may have done it all the same
   */
  record Unanswered(HostId host, String orderId, String reason, boolean delivered)
      implements OrderOutcome {}
}
