package io.drover.agent.supervision;

import com.google.protobuf.ByteString;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.migration.MigrationListener;
import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.ConsoleText;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import io.drover.transfer.TransferException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One VM on this host: its record, its guest, the end of a migration it is part of. Everything
 * blocks and is called by one thread at a time, except {@link #readConsole}.
 *
 * <p>The order of things is what makes it safe: migration ended, then the record on disk, then the
 * guest touched. Only a guest that a new grant replaces is destroyed before the record is written,
 * lest a crash in between pass it off as the new one.
 */
final class LocalGuest {
  private final VmId vm;
  private final HostParts parts;
  private final GuestReports reports;
  private final MigrationEnds ends;

  private VmRecord record;
  private volatile @Nullable Guest guest;
  private long incarnation;
  private String hypervisor = "";
  private Optional<String> endReason = Optional.empty();
  private String pauseReason = "";
  private Instant startedAt = Instant.EPOCH;
  private Instant resumedAt = Instant.EPOCH;
  private Map<String, String> reportAtResume = Map.of();

  LocalGuest(VmId vm, HostParts parts, GuestReports reports) {
    this.vm = vm;
    this.parts = parts;
    this.reports = reports;
    this.ends = new MigrationEnds(parts, reports);
    this.record = parts.store().vm(vm);
  }

  // ---- after a restart of the agent

  /** Takes over a guest that outlived an earlier agent, and puts it where its grant says. */
  void adopt(Guest found, String kind) throws HypervisorException {
    guest = found;
    hypervisor = kind;
    parts.memory().hold(vm, found.spec().resources().memory());
    boolean granted = OrderPlan.mayRun(record);
    boolean desiredRunning =
        record.grant().filter(grant -> grant.desired() == Power.RUNNING).isPresent();
    boolean migrating = record.migration().isPresent();
    if (found.state() == Guest.State.RUNNING && !(granted && desiredRunning)) {
      found.pause();
      pauseReason = granted ? "" : "no run grant";
    } else if (found.state() == Guest.State.PAUSED && granted && desiredRunning && !migrating) {
      found.resume(); // the earlier agent died between persisting the grant and this
    } else if (!granted && record.migration().isEmpty()) {
      pauseReason = "no run grant";
    }
  }

  /** There is a record and no guest. */
  void findLost() {
    if (record.grant().isPresent()) {
      hypervisor = record.grant().get().hypervisor();
      endReason = Optional.of("lost with an earlier agent process");
    }
  }

  // ---- what it is

  Phase phase() {
    Guest here = guest;
    if (endReason.isPresent()) {
      return Phase.ENDED;
    }
    if (here == null) {
      return Phase.ABSENT;
    }
    if (here.state() == Guest.State.ENDED) {
      return Phase.ENDED;
    }
    boolean running = here.state() == Guest.State.RUNNING;
    Optional<Side> side = record.migration().map(VmRecord.MigrationMark::side);
    if (side.isEmpty()) {
      return running ? Phase.RUNNING : Phase.PAUSED;
    }
    if (side.get() == Side.SOURCE) {
      return running ? Phase.SENDING : Phase.STOPPED;
    }
    return ends.isReady() || (here.state() == Guest.State.PAUSED && !ends.isReceiving())
        ? Phase.READY
        : Phase.RECEIVING;
  }

  /** Whether nothing would be lost if this object were forgotten. */
  boolean isVacant() {
    return phase() == Phase.ABSENT && record.migration().isEmpty();
  }

  /** Empty when there is nothing to say about it. */
  Optional<GuestStatus> status() {
    Phase phase = phase();
    if (phase == Phase.ABSENT) {
      return Optional.empty();
    }
    return Optional.of(status(phase));
  }

  private GuestStatus status(Phase phase) {
    Guest here = guest;
    GuestStatus.Builder status =
        GuestStatus.newBuilder()
            .setVmId(vm.text())
            .setRunEpoch(record.heldEpoch().value())
            .setHypervisor(hypervisor)
            .setStartedAtUs(ChronoUnit.MICROS.between(Instant.EPOCH, startedAt));
    record.migration().ifPresent(mark -> status.setMigrationId(mark.migration().text()));
    if (here != null) {
      status.putAllReport(here.console().report());
    }
    return switch (phase) {
      case RUNNING, SENDING -> status.setState(GuestStatus.State.RUNNING).build();
      case PAUSED -> status.setState(GuestStatus.State.PAUSED).setReason(pauseReason).build();
      case STOPPED ->
          status.setState(GuestStatus.State.PAUSED).setReason("paused by its migration").build();
      case RECEIVING, READY -> status.setState(GuestStatus.State.INCOMING).build();
      case ENDED, ABSENT ->
          status
              .setState(GuestStatus.State.ENDED)
              .setReason(endReason.orElse(here == null ? "not on this host" : here.endReason()))
              .build();
    };
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
    if (which == incarnation && endReason.isEmpty() && guest != null) {
      ends.end("the guest ended: " + reason);
      markEnded(reason);
    }
  }

  /** Ends a migration if there is one; the guest is left as it is. */
  void endMigration(String reason) {
    ends.end(reason);
  }

  private void markEnded(String reason) {
    endReason = Optional.of(reason);
    Guest here = guest;
    if (here != null) {
      here.destroy();
    }
    parts.memory().release(vm);
  }

  // ---- orders

  /** Does what the order asks, or says why not. Completes later only where an order waits. */
  CompletionStage<OrderResult> execute(GuestOrder order) {
    try {
      return switch (OrderPlan.of(record, phase(), order)) {
        case OrderPlan.Refuse refusal ->
            answer(OrderResults.failed(refusal.code(), refusal.detail()));
        case OrderPlan.Do plan -> perform(plan, order);
      };
    } catch (HypervisorException e) {
      return answer(OrderResults.failed(e));
    } catch (TransferException e) {
      return answer(OrderResults.failed(Code.TRANSFER_FAILED, String.valueOf(e.getMessage())));
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
      case CONFIRM -> answer(confirm(next));
      case REPORT, RESUME, PAUSE, STOP, REMOVE, ABORT_AND_RESUME, ABORT_AND_PAUSE ->
          answer(settle(plan, order));
    };
  }

  private OrderResult confirm(VmRecord next) {
    save(next);
    return OrderResults.DONE;
  }

  /** Ends a migration if there is one, and puts the guest where the order wants it. */
  private OrderResult settle(OrderPlan.Do plan, GuestOrder order) throws HypervisorException {
    if (plan.action() != OrderPlan.Action.REPORT) {
      ends.end("%s of run epoch %s".formatted(order.getClass().getSimpleName(), order.epoch()));
    }
    save(plan.next());
    Guest here = guest;
    if (here == null || plan.action() == OrderPlan.Action.REPORT) {
      return OrderResults.status(status(phase()));
    }
    return switch (plan.action()) {
      case RESUME -> OrderResults.status(resume(here));
      case PAUSE -> OrderResults.status(pause(here, "by order"));
      case STOP -> OrderResults.status(stop(here, ((GuestOrder.Stop) order).grace()));
      case ABORT_AND_RESUME -> {
        if (record.grant().filter(grant -> grant.desired() == Power.RUNNING).isPresent()) {
          resume(here);
        }
        yield OrderResults.DONE;
      }
      case ABORT_AND_PAUSE -> {
        pause(here, "no run grant");
        yield OrderResults.DONE;
      }
      default -> {
        discard();
        yield OrderResults.DONE;
      }
    };
  }

  private GuestStatus resume(Guest here) throws HypervisorException {
    Map<String, String> before = here.console().report();
    boolean wasRunning = here.state() == Guest.State.RUNNING;
    here.resume();
    if (!wasRunning) {
      resumedAt = parts.clock().instant();
      reportAtResume = before;
    }
    pauseReason = "";
    return status(phase());
  }

  private GuestStatus pause(Guest here, String reason) throws HypervisorException {
    here.pause();
    pauseReason = reason;
    return status(phase());
  }

  private GuestStatus stop(Guest here, Duration grace) throws HypervisorException {
    incarnation++; // what the hypervisor says about its end is no news
    here.stop(here.state() == Guest.State.RUNNING ? grace : Duration.ZERO);
    markEnded("stopped by order");
    return status(phase());
  }

  private OrderResult boot(VmRecord next) throws HypervisorException {
    GuestSpec spec = next.grant().map(Grant::spec).orElseThrow();
    Hypervisor chosen = parts.hypervisorFor(spec.image());
    reserve(spec);
    ends.end("superseded by run epoch " + next.highestRunEpoch());
    discardKeeping(spec);
    save(next.withHypervisor(chosen.kind()));
    hypervisor = chosen.kind();
    try {
      Guest made = chosen.boot(spec, listener());
      guest = made;
      startedAt = parts.clock().instant();
      return OrderResults.status(resume(made));
    } catch (HypervisorException e) {
      markEnded("did not boot: " + e.getMessage());
      return OrderResults.failed(e);
    }
  }

  private OrderResult activate(VmRecord next) throws HypervisorException {
    Guest here = guest;
    MigrationId migration = record.migration().orElseThrow().migration();
    if (here == null) {
      throw new HypervisorException(Kind.INVALID_STATE, vm + " has no guest on this host");
    }
    save(next.withHypervisor(hypervisor));
    parts.listener().reached(MigrationListener.Phase.ACTIVATING, migration, vm, "granted");
    GuestStatus status = resume(here);
    parts.listener().reached(MigrationListener.Phase.ACTIVATED, migration, vm, "at " + resumedAt);
    parts
        .blocking()
        .execute(ends.detachIncoming()); // its streams are closed beside the running guest
    return OrderResults.status(status);
  }

  private OrderResult prepare(VmRecord next, GuestOrder.PrepareTarget order)
      throws HypervisorException, TransferException {
    Hypervisor chosen = parts.hypervisorFor(order.spec().image());
    ends.takeIncomingPermit();
    Guest made = null;
    try {
      reserve(order.spec());
      discardKeeping(order.spec());
      save(next);
      hypervisor = chosen.kind();
      made = chosen.incoming(order.spec(), listener());
      startedAt = parts.clock().instant();
      OrderResult ticket = ends.receive(order.migration(), made);
      guest = made;
      return ticket;
    } catch (HypervisorException | TransferException e) {
      ends.returnIncomingPermit();
      if (made != null) {
        made.destroy();
      }
      if (record.equals(next)) {
        parts.memory().release(vm);
        save(record.vacated());
      }
      throw e;
    }
  }

  private OrderResult send(VmRecord next, GuestOrder.Send order)
      throws HypervisorException, TransferException {
    Guest here = guest;
    if (here == null) {
      throw new HypervisorException(Kind.INVALID_STATE, vm + " has no guest on this host");
    }
    save(next); // from here on the guest may be found paused by a migration
    try {
      return ends.send(order, here, hypervisor);
    } catch (HypervisorException | TransferException e) {
      save(record.withoutMigration());
      throw e;
    }
  }

  private CompletionStage<OrderResult> verify(Duration deadline) throws HypervisorException {
    Guest here = guest;
    if (here == null) {
      throw new HypervisorException(Kind.INVALID_STATE, vm + " has no guest on this host");
    }
    GuestVerification verification = new GuestVerification(here, reportAtResume, resumedAt);
    GuestStatus status = status(phase());
    return CompletableFuture.supplyAsync(
        () -> verification.await(deadline, status), parts.blocking());
  }

  /** What the guest printed. Any thread. */
  OrderResult readConsole(GuestOrder.ReadConsole order) {
    Guest here = guest;
    if (here == null) {
      return OrderResults.failed(Code.NO_SUCH_GUEST, vm + " has no guest on this host");
    }
    GuestConsole.Text text = here.console().read(order.fromOffset(), order.maxBytes());
    return OrderResult.newBuilder()
        .setConsole(
            ConsoleText.newBuilder()
                .setStartOffset(text.startOffset())
                .setText(ByteString.copyFrom(text.bytes())))
        .build();
  }

  // ---- pieces

  private void save(VmRecord next) {
    if (!next.equals(record)) {
      parts.store().save(next);
      record = next;
    }
  }

  private void reserve(GuestSpec spec) throws HypervisorException {
    if (!parts.memory().reserve(vm, spec.resources().memory())) {
      throw new HypervisorException(
          Kind.INSUFFICIENT_RESOURCES,
          "%s needs %s of memory; guests hold %s of %s"
              .formatted(
                  vm, spec.resources().memory(), parts.memory().used(), parts.memory().capacity()));
    }
  }

  private void discard() {
    incarnation++;
    Guest here = guest;
    if (here != null) {
      here.destroy();
    }
    guest = null;
    endReason = Optional.empty();
    pauseReason = "";
    resumedAt = Instant.EPOCH;
    reportAtResume = Map.of();
    parts.memory().release(vm);
  }

  private void discardKeeping(GuestSpec reserved) {
    discard();
    parts.memory().hold(vm, reserved.resources().memory());
  }

  private GuestListener listener() {
    long current = incarnation;
    return (_, reason) -> reports.guestEnded(current, reason);
  }

  private static CompletionStage<OrderResult> answer(OrderResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
