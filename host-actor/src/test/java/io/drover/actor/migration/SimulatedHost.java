package io.drover.actor.migration;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.api.HostView;
import io.drover.actor.host.Host;
import io.drover.actor.host.Host.OrderOutcome;
import io.drover.actor.host.HostOffer;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A Host entity and its agent: claims and orders outlive the agent, transfers do not. */
final class SimulatedHost {
  final HostId id;
  private final SimulatedFleet fleet;

  /** Guests outlive their agent, as QEMU's do. */
  boolean adoptsGuests;

  /** Says no to so many orders to prepare or to begin. */
  int busy;

  final Set<EntityId> claims = new HashSet<>();
  private final Map<String, Pending> orders = new LinkedHashMap<>();
  private final Map<String, Outcome> remembered = new LinkedHashMap<>();
  private @Nullable Guest guest;
  private Epoch highest = Epoch.NONE;
  private @Nullable MigrationId sending;
  private @Nullable MigrationId receiving;
  private boolean received;
  private boolean up = true;
  private int incarnation = 1;

  private record Guest(GuestState state, Epoch epoch) {}

  private record Pending(Host.Command.Instruct order, Instant deadline) {}

  SimulatedHost(HostId id, SimulatedFleet fleet) {
    this.id = id;
    this.fleet = fleet;
    fleet.simulation.every(Duration.ofSeconds(1), this::expire);
    fleet.simulation.every(Duration.ofSeconds(60), this::checkClaims);
  }

  // ---- the entity

  void hear(Host.Command command) {
    switch (command) {
      case Host.Command.Instruct c -> instruct(c);
      case Host.Command.ReleaseClaim c -> claims.remove(c.owner());
      case Host.Command.HandOverClaim c -> {
        if (claims.remove(c.fromOwner())) {
          claims.add(c.toOwner());
        }
        c.replyTo()
            .tell(
                claims.contains(c.toOwner())
                    ? new Host.ClaimReply.Claimed(id, c.toOwner(), offer())
                    : new Host.ClaimReply.Refused(id, c.toOwner(), "there is no such claim"));
      }
      case Host.Command.Claim c -> {
        claims.add(c.owner());
        c.replyTo().tell(new Host.ClaimReply.Claimed(id, c.owner(), offer()));
      }
      case Host.Command.Get c -> c.replyTo().tell(new Host.Reply.Shown(view()));
      default -> throw new AssertionError("not for a migration: " + command);
    }
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
          if (up && to == incarnation && orders.containsKey(c.orderId())) {
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
    claims.removeIf(owner -> fleet.isForgotten(owner, id));
  }

  private HostOffer offer() {
    return new HostOffer(
        id, 1, up, false, Resources.NONE, Resources.NONE, List.of(), List.of(), Map.of());
  }

  private HostView view() {
    return new HostView(
        id,
        1,
        up ? HostView.State.CONNECTED : HostView.State.DISCONNECTED,
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
        fleet.simulation.instant());
  }

  // ---- the agent

  boolean isUp() {
    return up;
  }

  void crash(Duration outage) {
    if (!up) {
      return;
    }
    up = false;
    incarnation++;
    sending = null;
    receiving = null;
    received = false;
    if (guest != null && (!adoptsGuests || guest.state == GuestState.INCOMING)) {
      guest = null;
    }
    fleet.simulation.after(
        outage,
        () -> {
          up = true;
          orders.values().forEach(p -> deliver(p.order));
          fleet.agentRestarted(this, "incarnation-" + incarnation);
        });
  }

  @Nullable GuestState guest(VmId vm) {
    return guest == null ? null : guest.state;
  }

  boolean isRunning() {
    return guest != null && guest.state == GuestState.RUNNING;
  }

  Epoch guestEpoch() {
    return guest == null ? Epoch.NONE : guest.epoch;
  }

  void boot(VmId vm, Epoch epoch) {
    highest = epoch;
    guest = new Guest(GuestState.RUNNING, epoch);
  }

  void activate(VmId vm, Epoch epoch) {
    if (guest != null && received && !epoch.isBefore(highest)) {
      boot(vm, epoch);
      receiving = null;
    } else {
      guest = null; // what was received is gone: the VM finds nothing here
    }
  }

  void resume(VmId vm, Epoch epoch) {
    if (guest != null && !guest.epoch.isBefore(highest)) {
      guest = new Guest(GuestState.RUNNING, epoch);
    }
  }

  void remove(VmId vm, Epoch epoch) {
    if (guest != null && !epoch.isBefore(guest.epoch)) {
      guest = null;
      sending = null;
    }
  }

  private void execute(AgentOrder order, Consumer<Outcome> answer) {
    switch (order) {
      case AgentOrder.PrepareTarget o -> answer.accept(prepare(o));
      case AgentOrder.StartPreCopy o -> answer.accept(send(o));
      case AgentOrder.StopAndCopy o -> stopAndCopy(o, answer);
      case AgentOrder.AbortMigration o -> answer.accept(abort(o));
      case AgentOrder.RemoveGuest o -> {
        remove(o.vm(), o.runEpoch());
        answer.accept(new Outcome.Done());
      }
      case AgentOrder.VerifyGuest o -> verify(o, o.deadline(), answer);
      default -> throw new AssertionError("not for a migration: " + order);
    }
  }

  private static Outcome failed(FailureCode code) {
    return new Outcome.Failed(code, "simulated");
  }

  private Outcome prepare(AgentOrder.PrepareTarget o) {
    if (busy > 0) {
      busy--;
      return failed(FailureCode.INSUFFICIENT_RESOURCES);
    }
    if (guest == null) {
      guest = new Guest(GuestState.INCOMING, o.sourceRunEpoch());
      receiving = o.migration();
      received = false;
    }
    return new Outcome.TargetPrepared(new TransferTicket(id.text(), 1, incarnation));
  }

  private Outcome send(AgentOrder.StartPreCopy o) {
    if (busy > 0) {
      busy--;
      return failed(FailureCode.INSUFFICIENT_RESOURCES);
    }
    if (guest == null || !guest.epoch.equals(o.runEpoch()) || !isRunning()) {
      return failed(FailureCode.NO_SUCH_GUEST);
    }
    sending = o.migration();
    round(o, 0, incarnation);
    return new Outcome.Done();
  }

  private void round(AgentOrder.StartPreCopy o, int number, int by) {
    fleet.simulation.after(
        Duration.ofMillis(200),
        () -> {
          if (!up || by != incarnation || !o.migration().equals(sending) || !isRunning()) {
            return;
          }
          SimulatedHost target = fleet.receiver(o.migration());
          if (target == null || !target.up) {
            sending = null;
            fleet.report(
                this, new AgentReport.TransferFailed(o.migration(), "source", "no target"));
          } else {
            fleet.report(this, new AgentReport.RoundReported(o.migration(), fleet.round(number)));
            round(o, number + 1, by);
          }
        });
  }

  private void stopAndCopy(AgentOrder.StopAndCopy o, Consumer<Outcome> answer) {
    if (!o.migration().equals(sending) || guest == null) {
      answer.accept(failed(FailureCode.NO_SUCH_TRANSFER));
      return;
    }
    guest = new Guest(GuestState.PAUSED, guest.epoch);
    int by = incarnation;
    fleet.simulation.after(
        Duration.ofMillis(30),
        () -> {
          SimulatedHost target = fleet.receiver(o.migration());
          if (by != incarnation || !o.migration().equals(sending)) {
            return;
          }
          if (target == null || !target.up) {
            answer.accept(failed(FailureCode.TRANSFER_FAILED));
            return;
          }
          target.received = true;
          Instant now = fleet.simulation.instant();
          fleet.report(target, new AgentReport.TargetReady(o.migration(), fleet.targetDigest, now));
          answer.accept(stopped(now));
        });
  }

  static Outcome.SourceStopped stopped(Instant now) {
    Duration part = Duration.ofMillis(10);
    return new Outcome.SourceStopped(
        SimulatedFleet.DIGEST,
        now.minus(part.multipliedBy(3)),
        10,
        new ByteSize(40_960),
        new ByteSize(1_000),
        new ByteSize(1_000_000),
        Duration.ZERO,
        part,
        part,
        part);
  }

  private Outcome abort(AgentOrder.AbortMigration o) {
    if (guest != null && guest.state == GuestState.INCOMING && o.migration().equals(receiving)) {
      guest = null;
      receiving = null;
    } else if (guest != null && guest.state == GuestState.PAUSED) {
      if (o.runEpoch().equals(guest.epoch) && !guest.epoch.isBefore(highest)) {
        guest = new Guest(GuestState.RUNNING, guest.epoch);
      }
    }
    if (o.migration().equals(sending)) {
      sending = null;
    }
    return new Outcome.Done();
  }

  private void verify(AgentOrder.VerifyGuest o, Duration left, Consumer<Outcome> answer) {
    Duration step = Duration.ofMillis(100);
    if (isRunning() && guestEpoch().equals(o.runEpoch())) {
      answer.accept(fleet.verified());
    } else if (left.isNegative()) {
      answer.accept(failed(FailureCode.DEADLINE_EXCEEDED));
    } else {
      int by = incarnation;
      fleet.simulation.after(
          step,
          () -> {
            if (up && by == incarnation) {
              verify(o, left.minus(step), answer);
            }
          });
    }
  }

  boolean isReceiving(MigrationId migration) {
    return migration.equals(receiving) && guest != null;
  }

  static AgentReport.Round roundOf(int number, Duration predicted) {
    return new AgentReport.Round(
        number,
        100,
        50,
        new ByteSize(400_000),
        10,
        100,
        new DataRate(100_000_000),
        Duration.ofMillis(200),
        predicted);
  }
}
