package io.drover.actor.migration;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.TransferTicket;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The agent of a host, with at most one guest and one end of a migration. */
abstract class SimulatedAgent {
  final HostId id;
  final SimulatedFleet fleet;

  /** Guests outlive their agent, as QEMU's do. */
  boolean adoptsGuests;

  /** Says no to so many orders to prepare or to begin. */
  int busy;

  /** Orders that it cannot do. */
  Predicate<AgentOrder> fails = _ -> false;

  boolean up = true;
  int incarnation = 1;
  private @Nullable Guest guest;
  private Epoch highest = Epoch.NONE;
  private @Nullable MigrationId sending;
  private @Nullable MigrationId receiving;
  private boolean received;
  private boolean streaming;

  private record Guest(GuestState state, Epoch epoch) {}

  SimulatedAgent(HostId id, SimulatedFleet fleet) {
    this.id = id;
    this.fleet = fleet;
  }

  /** A session with its entity is open. */
  abstract void attached();

  /** Whether what it says is heard. */
  abstract boolean isConnected();

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
    streaming = false;
    if (!adoptsGuests) {
      guest = null;
      receiving = null;
      received = false;
    }
    fleet.simulation.after(
        outage,
        () -> {
          up = true;
          attached();
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

  void execute(AgentOrder order, Consumer<Outcome> answer) {
    if (fails.test(order)) {
      answer.accept(failed(FailureCode.HYPERVISOR_FAILED));
      return;
    }
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
      streaming = true;
    }
    return !streaming
        ? failed(FailureCode.TRANSFER_FAILED)
        : new Outcome.TargetPrepared(new TransferTicket(id.text(), 1, incarnation));
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
          SimulatedAgent target = fleet.receiver(o.migration());
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
          SimulatedAgent target = fleet.receiver(o.migration());
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

  /** Whether memory of that migration can come in. */
  boolean isStreaming(MigrationId migration) {
    return isReceiving(migration) && streaming;
  }

  /** Whether it has the incoming guest of that migration. */
  boolean isReceiving(MigrationId migration) {
    return migration.equals(receiving) && guest != null;
  }

  static AgentReport.Round roundOf(int number, Duration predicted) {
    return roundLeaving(number, 10, predicted);
  }

  static AgentReport.Round roundLeaving(int number, int pages, Duration predicted) {
    return new AgentReport.Round(
        number,
        100,
        50,
        new ByteSize(400_000),
        pages,
        100,
        new DataRate(100_000_000),
        Duration.ofMillis(200),
        predicted);
  }
}
