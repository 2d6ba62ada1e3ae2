package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.HostView;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.host.OrderOutcome;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A Host entity and its agent: claims and orders outlive the agent, transfers do not. */
final class SimulatedHost extends SimulatedAgent {
  final Set<EntityId> claims = new HashSet<>();
  private final Map<String, Pending> orders = new LinkedHashMap<>();
  private final Map<String, Outcome> remembered = new LinkedHashMap<>();

  private boolean cutOff;

  private record Pending(Host.Command.Instruct order, Instant deadline) {}

  SimulatedHost(HostId id, SimulatedFleet fleet) {
    super(id, fleet);
    fleet.simulation.every(Duration.ofSeconds(1), this::expire);
    fleet.simulation.every(Duration.ofSeconds(60), this::checkClaims);
  }

  /** Its agent works on, without a session. */
  void cutOff(Duration outage) {
    cutOff = true;
    fleet.hostLost(this);
    fleet.simulation.after(
        outage,
        () -> {
          cutOff = false;
          orders.values().forEach(p -> deliver(p.order));
        });
  }

  /** Whether its entity has a session with its agent. */
  @Override
  boolean isConnected() {
    return up && !cutOff;
  }

  @Override
  void crash(Duration outage) {
    super.crash(outage);
    fleet.hostLost(this);
  }

  void hear(Host.Command command) {
    switch (command) {
      case Host.Command.Instruct c -> instruct(c);
      case Host.Command.ReleaseClaim c -> release(c.owner());
      case Host.Command.HandOverClaim c -> {
        if (claims.remove(c.fromOwner())) {
          claims.add(c.toOwner());
        }
        c.replyTo()
            .tell(
                claims.contains(c.toOwner())
                    ? new ClaimReply.Claimed(id, c.toOwner(), offer())
                    : new ClaimReply.Refused(id, c.toOwner(), "there is no such claim"));
      }
      case Host.Command.Claim c -> {
        claims.add(c.owner());
        c.replyTo().tell(new ClaimReply.Claimed(id, c.owner(), offer()));
      }
      case Host.Command.Get c -> c.replyTo().tell(new Host.Reply.Shown(view()));
      default -> throw new AssertionError("not for a migration: " + command);
    }
  }

  @Override
  void attached() {
    orders.values().forEach(p -> deliver(p.order));
    fleet.agentRestarted(this, "incarnation-" + incarnation);
  }

  private void instruct(Host.Command.Instruct c) {
    Instant deadline = fleet.simulation.instant().plus(c.deadline());
    orders.put(c.orderId(), new Pending(c, deadline));
    deliver(c);
  }

  private void deliver(Host.Command.Instruct c) {
    int to = incarnation;
    fleet.simulation.after(
        Duration.ofMillis(1),
        () -> {
          if (isConnected() && to == incarnation && orders.containsKey(c.orderId())) {
            Outcome known = remembered.get(c.orderId());
            if (known == null) {
              execute(c.order(), outcome -> answer(c, outcome, to));
            } else {
              answer(c, known, to);
            }
          }
        });
  }

  private void answer(Host.Command.Instruct c, Outcome outcome, int by) {
    if (up && by == incarnation) {
      remembered.put(c.orderId(), outcome);
    }
    if (isConnected() && by == incarnation) {
      Pending pending = orders.remove(c.orderId());
      if (pending != null) {
        pending.order.replyTo().tell(new OrderOutcome.Answered(id, c.orderId(), outcome));
      }
    }
  }

  private void expire() {
    List.copyOf(orders.values()).stream()
        .filter(p -> p.deadline.isBefore(fleet.simulation.instant()))
        .forEach(p -> {
          orders.remove(p.order.orderId());
          p.order
              .replyTo()
              .tell(new OrderOutcome.Unanswered(id, p.order.orderId(), "deadline", true));
        });
  }

  private void checkClaims() {
    List.copyOf(claims).forEach(this::release);
  }

  private void release(EntityId owner) {
    if (fleet.isForgotten(owner, id) && mayRelease(owner)) {
      claims.remove(owner);
    }
  }

  /** What a migration left here may still hold what it claimed. */
  private boolean mayRelease(EntityId owner) {
    return !(owner instanceof MigrationId migration) || (isConnected() && !isReceiving(migration));
  }

  private HostOffer offer() {
    return new HostOffer(
        id,
        1,
        isConnected(),
        false,
        Resources.NONE,
        Resources.NONE,
        List.of(),
        List.of(),
        Map.of());
  }

  private HostView view() {
    return new HostView(
        id,
        1,
        isConnected() ? HostView.State.CONNECTED : HostView.State.DISCONNECTED,
        false,
        Resources.NONE,
        Resources.NONE,
        List.of(),
        new Epoch(1),
        "incarnation-" + incarnation,
        "1",
        List.of(),
        List.of(),
        "127.0.0.1:1",
        Map.of(),
        0,
        Optional.empty(),
        fleet.simulation.instant(),
        HostView.Liveness.UNKNOWN);
  }
}
