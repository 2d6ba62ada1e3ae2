package io.drover.agent.supervision;

import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.protocol.v1.OrderFailure.Code;
import java.util.Optional;

/**
 * What an order means for a VM in a given phase: refused, or a record to be on disk first and then
 * something to do. Pure; the test of this table visits every phase with every order and draws the
 * diagram under {@code docs/state-machines}.
 */
public sealed interface OrderPlan {
  /** Nothing changes. */
  record Refuse(Code code, String detail) implements OrderPlan {}

  /**
   * Something is done.
   *
   * @param next to be on disk before {@code action}
   */
  record Do(VmRecord next, Action action) implements OrderPlan {
    private boolean startsRestartable() {
      return next.isRestartable()
          && (action == Action.BOOT || action == Action.ACTIVATE || action == Action.RESUME);
    }
  }

  /** Refused after all, when it lets a guest run that needs the lease which its host lacks. */
  default OrderPlan under(HostLease lease) {
    if (!(this instanceof Do plan && plan.startsRestartable())) {
      return this;
    }
    return lease
        .refusal()
        .<OrderPlan>map(why -> new Refuse(Code.LEASE_NOT_HELD, plan.next.vm() + ": " + why))
        .orElse(this);
  }

  /** What is done once the record is on disk. */
  enum Action {
    /** Answer that it is so. */
    CONFIRM,
    /** Answer with the guest's status. */
    REPORT,
    /** Destroy what is here, make the guest from its image, let it run. */
    BOOT,
    /** Let the ready guest of a migration run. */
    ACTIVATE,
    /** End a migration if there is one; let the guest run. */
    RESUME,
    /** End a migration if there is one; stop the vCPUs. */
    PAUSE,
    /** End a migration if there is one; stop the guest. */
    STOP,
    /** End a migration if there is one; destroy the guest. */
    REMOVE,
    /** Make an incoming guest and reserve streams. */
    PREPARE,
    /** Answer with the streams already reserved. */
    REPEAT_TICKET,
    /** Connect to the target and start the rounds. */
    SEND,
    /** Answer that the rounds go on, or why they do not. */
    REPEAT_SEND,
    /** Stop the guest and send the rest, or answer how that went. */
    STOP_AND_COPY,
    /** Give the migration up; the guest runs again. */
    ABORT_AND_RESUME,
    /** Give the migration up; the guest has lost its grant and stays as it is, paused. */
    ABORT_AND_PAUSE,
    READ_CONSOLE,
    VERIFY
  }

  static OrderPlan of(VmRecord record, Phase phase, GuestOrder order) {
    boolean fenced =
        !(order instanceof GuestOrder.ReadConsole || order instanceof GuestOrder.Remove);
    if (fenced && order.epoch().isBefore(record.highestRunEpoch())) {
      return new Refuse(
          Code.STALE_RUN_EPOCH,
          "%s: run epoch %s is below %s, the highest seen here"
              .formatted(order.vm(), order.epoch(), record.highestRunEpoch()));
    }
    VmRecord seen = record.seen(order.epoch());
    return switch (order) {
      case GuestOrder.Boot o -> boot(record, phase, o);
      case GuestOrder.Activate o -> activate(record, phase, o);
      case GuestOrder.Continue o -> continueGuest(record, phase, o);
      case GuestOrder.Pause _ -> pause(seen, phase, order);
      case GuestOrder.Stop _ -> stop(seen, phase, order);
      case GuestOrder.Remove _ -> remove(record, phase, order);
      case GuestOrder.ReadConsole _ ->
          phase == Phase.ABSENT ? absent(order) : new Do(record, Action.READ_CONSOLE);
      case GuestOrder.Verify _ -> verify(record, phase, order);
      case GuestOrder.PrepareTarget o -> prepare(record, phase, o);
      case GuestOrder.Send o -> send(record, phase, o);
      case GuestOrder.StopAndCopy o -> stopAndCopy(record, phase, o);
      case GuestOrder.Abort o -> abort(seen, phase, o);
    };
  }

  private static OrderPlan boot(VmRecord record, Phase phase, GuestOrder.Boot order) {
    boolean repeated = record.heldEpoch().equals(order.epoch()) && record.grant().isPresent();
    if (repeated) {
      return new Do(record, Action.REPORT);
    }
    if (!record.highestRunEpoch().isBefore(order.epoch())) {
      return invalid(order, phase, "run epoch " + order.epoch() + " was used up here");
    }
    return new Do(record.granted(order.epoch(), order.spec(), "", Power.RUNNING), Action.BOOT);
  }

  private static OrderPlan activate(VmRecord record, Phase phase, GuestOrder.Activate order) {
    boolean held = record.heldEpoch().equals(order.epoch()) && record.grant().isPresent();
    return switch (phase) {
      case READY -> activateReady(record, order);
      case RECEIVING -> invalid(order, phase, "its memory is not complete");
      case RUNNING, PAUSED, SENDING, STOPPED, ENDED ->
          held ? new Do(record, Action.REPORT) : noTransfer(order, order.migration());
      case ABSENT -> noTransfer(order, order.migration());
    };
  }

  private static OrderPlan activateReady(VmRecord record, GuestOrder.Activate order) {
    if (!isOf(record, order.migration())) {
      return otherMigration(record, order);
    }
    return record.heldEpoch().isBefore(order.epoch())
        ? new Do(record.granted(order.epoch(), order.spec(), "", Power.RUNNING), Action.ACTIVATE)
        : invalid(order, Phase.READY, "run epoch " + order.epoch() + " is its source's");
  }

  private static OrderPlan continueGuest(VmRecord record, Phase phase, GuestOrder.Continue order) {
    boolean held = record.grant().map(Grant::runEpoch).equals(Optional.of(order.epoch()));
    String hypervisor = record.grant().map(Grant::hypervisor).orElse("");
    VmRecord next = record.granted(order.epoch(), order.spec(), hypervisor, Power.RUNNING);
    return switch (phase) {
      // a migration of a guest that runs as granted is none of this order's business
      case SENDING -> held ? new Do(record, Action.REPORT) : new Do(next, Action.RESUME);
      case RUNNING, PAUSED, STOPPED -> new Do(next, Action.RESUME);
      case READY, RECEIVING -> invalid(order, phase, "only Activate lets it run");
      case ABSENT -> absent(order);
      case ENDED -> held ? new Do(record, Action.REPORT) : absent(order);
    };
  }

  private static OrderPlan pause(VmRecord seen, Phase phase, GuestOrder order) {
    return switch (phase) {
      case RUNNING, SENDING, STOPPED, PAUSED ->
          new Do(seen.withoutMigration().desiring(Power.PAUSED), Action.PAUSE);
      case READY, RECEIVING, ENDED -> new Do(seen, Action.REPORT);
      case ABSENT -> absent(order);
    };
  }

  private static OrderPlan stop(VmRecord seen, Phase phase, GuestOrder order) {
    return switch (phase) {
      case RUNNING, SENDING, STOPPED, PAUSED ->
          new Do(seen.withoutMigration().withoutGrant(), Action.STOP);
      // a higher epoch than its source's: this host was granted it, and is not to activate it
      case READY, RECEIVING ->
          seen.heldEpoch().isBefore(order.epoch())
              ? new Do(seen.vacated(), Action.REMOVE)
              : invalid(order, phase, "AbortMigration ends it");
      case ABSENT, ENDED -> new Do(seen.withoutGrant(), Action.REPORT);
    };
  }

  private static OrderPlan remove(VmRecord record, Phase phase, GuestOrder order) {
    if (order.epoch().isBefore(record.heldEpoch())) {
      return new Do(record, Action.CONFIRM); // what is here belongs to a later grant
    }
    VmRecord next = record.seen(order.epoch()).vacated();
    return new Do(next, phase == Phase.ABSENT ? Action.CONFIRM : Action.REMOVE);
  }

  private static OrderPlan verify(VmRecord record, Phase phase, GuestOrder order) {
    return switch (phase) {
      case RUNNING, SENDING -> new Do(record, Action.VERIFY);
      case PAUSED, STOPPED, READY, RECEIVING, ENDED -> invalid(order, phase, "it does not run");
      case ABSENT -> absent(order);
    };
  }

  private static OrderPlan prepare(VmRecord record, Phase phase, GuestOrder.PrepareTarget order) {
    return switch (phase) {
      case ABSENT, ENDED ->
          new Do(record.incoming(order.epoch(), order.migration()), Action.PREPARE);
      case RECEIVING, READY ->
          isOf(record, order.migration())
              ? new Do(record, Action.REPEAT_TICKET)
              : otherMigration(record, order);
      case RUNNING, PAUSED, SENDING, STOPPED ->
          invalid(order, phase, "this host still holds it under epoch " + record.heldEpoch());
    };
  }

  private static OrderPlan send(VmRecord record, Phase phase, GuestOrder.Send order) {
    if (record.grant().filter(g -> g.runEpoch().equals(order.epoch())).isEmpty()) {
      return phase == Phase.ABSENT
          ? absent(order)
          : invalid(order, phase, "it is not granted to this host under epoch " + order.epoch());
    }
    MigrationMark mark = new MigrationMark(order.migration(), Side.SOURCE);
    return switch (phase) {
      case RUNNING -> new Do(record.migrating(mark), Action.SEND);
      case SENDING ->
          isOf(record, order.migration())
              ? new Do(record, Action.REPEAT_SEND)
              : otherMigration(record, order);
      case PAUSED, STOPPED, READY, RECEIVING, ENDED -> invalid(order, phase, "it does not run");
      case ABSENT -> absent(order);
    };
  }

  private static OrderPlan stopAndCopy(VmRecord record, Phase phase, GuestOrder.StopAndCopy order) {
    boolean granted = record.grant().filter(g -> g.runEpoch().equals(order.epoch())).isPresent();
    return switch (phase) {
      case SENDING, STOPPED ->
          isOf(record, order.migration()) && granted
              ? new Do(record, Action.STOP_AND_COPY)
              : otherMigration(record, order);
      case ABSENT, RUNNING, PAUSED, RECEIVING, READY, ENDED -> noTransfer(order, order.migration());
    };
  }

  private static OrderPlan abort(VmRecord seen, Phase phase, GuestOrder.Abort order) {
    if (!isOf(seen, order.migration())) {
      return new Do(seen, Action.CONFIRM); // it is over already, or never was here
    }
    boolean granted = seen.grant().isPresent();
    return switch (phase) {
      case RECEIVING, READY -> new Do(seen.vacated(), Action.REMOVE);
      case SENDING, STOPPED, RUNNING, PAUSED ->
          new Do(
              seen.withoutMigration(), granted ? Action.ABORT_AND_RESUME : Action.ABORT_AND_PAUSE);
      case ABSENT, ENDED -> new Do(seen.withoutMigration(), Action.CONFIRM);
    };
  }

  /** Whether a guest found here may run: only under a grant of the highest epoch. */
  static boolean mayRun(VmRecord record) {
    Epoch highest = record.highestRunEpoch();
    return record.grant().filter(grant -> grant.runEpoch().equals(highest)).isPresent();
  }

  private static boolean isOf(VmRecord record, MigrationId migration) {
    return record.migration().filter(mark -> mark.migration().equals(migration)).isPresent();
  }

  private static OrderPlan absent(GuestOrder order) {
    return new Refuse(Code.NO_SUCH_GUEST, order.vm() + " has no guest on this host");
  }

  private static OrderPlan noTransfer(GuestOrder order, MigrationId migration) {
    return new Refuse(
        Code.NO_SUCH_TRANSFER, migration + " of " + order.vm() + " is not under way on this host");
  }

  private static OrderPlan otherMigration(VmRecord record, GuestOrder order) {
    String other = record.migration().map(mark -> mark.migration().text()).orElse("no migration");
    return new Refuse(
        Code.INVALID_STATE, "%s is part of %s on this host".formatted(order.vm(), other));
  }

  private static OrderPlan invalid(GuestOrder order, Phase phase, String why) {
    return new Refuse(Code.INVALID_STATE, "%s is %s here: %s".formatted(order.vm(), phase, why));
  }
}
