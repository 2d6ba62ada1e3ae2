package io.drover.agent.supervision;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.migration.MigrationListener;
import io.drover.agent.store.StoreException;
import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import io.drover.transfer.TransferException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One VM on this host: its record, its guest, the end of a migration it is part of. Everything
 * blocks and is called by one thread at a time, except {@link #readConsole}.
 *
 * <p>The order of things is what makes it safe: migration ended, then the record on disk, then the
 * guest touched. Only a guest that a new grant replaces is destroyed before the record is written,
 * lest a crash in between pass it off as the new one.
 */
final class LocalGuest {
  private static final Logger LOG = LoggerFactory.getLogger(LocalGuest.class);
  private static final String NO_GRANT = "no run grant";

  private final VmId vm;
  private final HostParts parts;
  private final HeldGuest held;
  private final MigrationEnds ends;
  private VmRecord record;

  LocalGuest(VmId vm, HostParts parts, GuestReports reports) {
    this.vm = vm;
    this.parts = parts;
    this.held = new HeldGuest(vm, parts, reports);
    this.ends = new MigrationEnds(parts, reports);
    this.record = parts.store().vm(vm);
  }

  // ---- after a restart of the agent

  /** Takes over a guest that outlived an earlier agent, and puts it where its grant says. */
  void adopt(Guest found, String kind) throws HypervisorException {
    held.adopt(found, kind, record.isRestartable());
    boolean granted = OrderPlan.mayRun(record);
    if (found.state() == Guest.State.RUNNING && !(granted && record.isToRun())) {
      held.pause(granted ? "by order" : NO_GRANT);
    } else if (found.state() == Guest.State.PAUSED && record.migration().isEmpty()) {
      held.explainPause(granted ? "by order" : NO_GRANT);
      goOn(); // the earlier agent may have died between persisting the grant and this
    }
  }

  /**
   * Lets a guest run that is granted and is to run, once its host's lease allows it. Repeatable.
   */
  void goOn() throws HypervisorException {
    if (phase() == Phase.PAUSED && OrderPlan.mayRun(record) && record.isToRun()) {
      Optional<String> refusal =
          record.isRestartable() ? parts.lease().refusal() : Optional.empty();
      if (refusal.isPresent()) {
        held.explainPause(refusal.get());
      } else {
        held.resume(record.isRestartable());
      }
    }
  }

  /** There is a record and no guest. */
  void findLost() {
    record
        .grant()
        .ifPresent(grant -> held.end(grant.hypervisor(), "lost with an earlier agent process"));
  }

  // ---- what it is

  Phase phase() {
    Optional<Side> side = record.migration().map(VmRecord.MigrationMark::side);
    // a paused guest without its stream was complete when an earlier agent died
    boolean isComplete = ends.isReady() || !ends.isReceiving();
    return held.state().map(state -> Phase.of(state, side, isComplete)).orElse(Phase.ABSENT);
  }

  /** Whether nothing would be lost if this object were forgotten. */
  boolean isVacant() {
    return phase() == Phase.ABSENT && record.migration().isEmpty();
  }

  /** Empty when there is nothing to say about it. */
  Optional<GuestStatus> status() {
    return phase() == Phase.ABSENT ? Optional.empty() : Optional.of(describe());
  }

  private GuestStatus describe() {
    GuestStatus.Builder status = held.describe(phase()).setRunEpoch(record.heldEpoch().value());
    record.migration().ifPresent(mark -> status.setMigrationId(mark.migration().text()));
    return status.build();
  }

  Optional<TargetReady> targetReady() {
    return ends.targetReady();
  }

  /** A migration of this VM that cannot go on, and that nobody has given up yet. */
  Optional<TransferFailed> brokenTransfer() {
    return record.migration().flatMap(ends::broken);
  }

  // ---- what it does by itself

  /** The guest ended without an order. */
  void ended(long which, String reason) {
    if (held.isNews(which)) {
      ends.end("the guest ended: " + reason);
      held.end(held.explained(reason));
    }
  }

  /**
   * The transfer to here broke for good: what came in is no use to anybody, the memory is. The
   * record names the migration until that is given up, so that a new session hears of it.
   */
  void dropBroken() {
    if (ends.closeBroken()) {
      held.discard();
    }
  }

  /** Ends a migration if there is one; the guest is left as it is. */
  void endMigration(String reason) {
    ends.end(reason);
  }

  // ---- orders

  /** What the guest printed. Any thread. */
  OrderResult readConsole(GuestOrder.ReadConsole order) {
    return held.console(order);
  }

  /** Does what the order asks, or says why not. Completes later only where an order waits. */
  CompletionStage<OrderResult> execute(GuestOrder order) {
    try {
      return switch (OrderPlan.of(record, phase(), order).under(parts.lease())) {
        case OrderPlan.Refuse refusal ->
            answer(OrderResults.failed(refusal.code(), refusal.detail()));
        case OrderPlan.Do plan -> perform(plan, order);
      };
    } catch (HypervisorException e) {
      return answer(OrderResults.failed(e));
    } catch (TransferException e) {
      return answer(OrderResults.failed(Code.TRANSFER_FAILED, String.valueOf(e.getMessage())));
    } catch (StoreException e) {
      LOG.atError()
          .addKeyValue("vm", vm)
          .addKeyValue("reason", e.getMessage())
          .log("a guest was not touched: its record cannot be written");
      return answer(OrderResults.failed(Code.INTERNAL, String.valueOf(e.getMessage())));
    } finally {
      held.releaseUnused();
    }
  }

  private CompletionStage<OrderResult> perform(OrderPlan.Do plan, GuestOrder order)
      throws HypervisorException, TransferException {
    VmRecord next = plan.next();
    return switch (plan.action()) {
      case BOOT -> answer(boot(next));
      case ACTIVATE -> answer(activate(next));
      case PREPARE -> answer(prepare(next, (GuestOrder.PrepareTarget) order));
      case REPEAT_TICKET -> answer(ends.ticket());
      case SEND -> answer(send(next, (GuestOrder.Send) order));
      case REPEAT_SEND -> answer(ends.sending());
      case STOP_AND_COPY -> ends.stopAndCopy(((GuestOrder.StopAndCopy) order).deadline());
      case VERIFY -> verify(((GuestOrder.Verify) order).deadline());
      case READ_CONSOLE -> answer(readConsole((GuestOrder.ReadConsole) order));
      case CONFIRM, REPORT -> {
        save(next);
        boolean asked = plan.action() == OrderPlan.Action.REPORT;
        yield answer(asked ? OrderResults.status(describe()) : OrderResults.DONE);
      }
      case RESUME, PAUSE, STOP, REMOVE, ABORT_AND_RESUME, ABORT_AND_PAUSE ->
          answer(settle(plan, order));
    };
  }

  /** Ends a migration if there is one, and puts the guest where the order wants it. */
  private OrderResult settle(OrderPlan.Do plan, GuestOrder order) throws HypervisorException {
    ends.end("%s of run epoch %s".formatted(order.getClass().getSimpleName(), order.epoch()));
    save(plan.next());
    switch (plan.action()) {
      case RESUME -> held.resume(record.isRestartable());
      case PAUSE -> held.pause("by order");
      case STOP -> held.stop(((GuestOrder.Stop) order).grace());
      case ABORT_AND_PAUSE -> held.pause(NO_GRANT);
      case ABORT_AND_RESUME -> {
        if (record.isToRun()) {
          held.resume(record.isRestartable());
        }
      }
      default -> held.discard();
    }
    return plan.action() == OrderPlan.Action.REMOVE || order instanceof GuestOrder.Abort
        ? OrderResults.DONE
        : OrderResults.status(describe());
  }

  private OrderResult boot(VmRecord next) throws HypervisorException {
    GuestSpec spec = next.grant().map(Grant::spec).orElseThrow();
    Hypervisor chosen = parts.hypervisorFor(spec.image());
    held.reserve(spec);
    ends.end("superseded by run epoch " + next.highestRunEpoch());
    held.makeRoom();
    save(next.withHypervisor(chosen.kind()));
    try {
      held.hold(chosen.boot(spec, held.listener()), chosen.kind());
      held.resume(record.isRestartable());
      return OrderResults.status(describe());
    } catch (HypervisorException e) {
      held.end(chosen.kind(), "did not boot: " + e.getMessage());
      return OrderResults.failed(e);
    }
  }

  private OrderResult activate(VmRecord next) throws HypervisorException {
    MigrationId migration = record.migration().orElseThrow().migration();
    save(next.withHypervisor(held.hypervisor()));
    parts.listener().reached(MigrationListener.Phase.ACTIVATING, migration, vm, "granted");
    held.resume(record.isRestartable());
    parts
        .listener()
        .reached(MigrationListener.Phase.ACTIVATED, migration, vm, "at " + held.resumedAt());
    parts.blocking().execute(ends.detachIncoming()); // beside the running guest
    return OrderResults.status(describe());
  }

  private OrderResult prepare(VmRecord next, GuestOrder.PrepareTarget order)
      throws HypervisorException, TransferException {
    Hypervisor chosen = parts.hypervisorFor(order.spec().image());
    held.reserve(order.spec());
    held.makeRoom();
    save(next);
    boolean receiving = false;
    try {
      held.hold(ends.receive(order, chosen, held.listener()), chosen.kind());
      receiving = true;
      return ends.ticket();
    } finally {
      if (!receiving) {
        save(record.vacated());
      }
    }
  }

  private OrderResult send(VmRecord next, GuestOrder.Send order)
      throws HypervisorException, TransferException {
    save(next); // from here on the guest may be found paused by a migration
    boolean sending = false;
    try {
      OrderResult started = ends.send(order, held.require(), held.hypervisor());
      sending = true;
      return started;
    } finally {
      if (!sending) {
        save(record.withoutMigration());
      }
    }
  }

  private CompletionStage<OrderResult> verify(Duration deadline) throws HypervisorException {
    GuestVerification verification = held.verification();
    GuestStatus status = describe();
    return CompletableFuture.supplyAsync(
        () -> verification.await(deadline, status), parts.blocking());
  }

  private void save(VmRecord next) {
    if (!next.equals(record)) {
      parts.store().save(next);
      record = next;
    }
  }

  private static CompletionStage<OrderResult> answer(OrderResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
