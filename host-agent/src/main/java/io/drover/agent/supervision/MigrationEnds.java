package io.drover.agent.supervision;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.migration.IncomingMigration;
import io.drover.agent.migration.OutgoingMigration;
import io.drover.agent.migration.StopFailedException;
import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Side;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.SourceStopped;
import io.drover.protocol.v1.TargetPrepared;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import io.drover.protocol.v1.TransferTicket;
import io.drover.transfer.SendOptions;
import io.drover.transfer.TransferException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The end of a migration that a VM has on this host: at most one, in or out. Blocks; called by one
 * thread at a time.
 */
final class MigrationEnds {
  private static final String LOST = "not under way on this host any more";

  private final HostParts parts;
  private final GuestReports reports;
  private @Nullable OutgoingMigration outgoing;
  private @Nullable IncomingMigration incoming;
  private String incomingFailure = LOST; // where there is no incoming one any more

  MigrationEnds(HostParts parts, GuestReports reports) {
    this.parts = parts;
    this.reports = reports;
  }

  boolean isReceiving() {
    return incoming != null;
  }

  boolean isReady() {
    return targetReady().isPresent();
  }

  Optional<TargetReady> targetReady() {
    return Optional.ofNullable(incoming).map(IncomingMigration::ready);
  }

  /** Says it when the migration the record names cannot go on here. */
  Optional<TransferFailed> broken(MigrationMark mark) {
    String reason;
    if (mark.side() == Side.SOURCE) {
      reason = outgoing == null ? LOST : outgoing.failure();
    } else {
      reason = incoming == null ? incomingFailure : incoming.failure();
    }
    return reason.isEmpty()
        ? Optional.empty()
        : Optional.of(
            TransferFailed.newBuilder()
                .setMigrationId(mark.migration().text())
                .setSide(mark.side() == Side.SOURCE ? "source" : "target")
                .setReason(reason)
                .build());
  }

  /** Ends whatever is here and waits for that; the guest is left as it is. */
  void end(String reason) {
    if (outgoing != null) {
      outgoing.end(reason);
      outgoing = null;
    }
    if (incoming != null) {
      incoming.end(reason);
      incoming = null;
    }
  }

  // ---- target

  /** Closes the incoming end whose transfer broke; the guest is left as it is. */
  boolean closeBroken() {
    IncomingMigration here = incoming;
    if (here == null || here.failure().isEmpty()) {
      return false;
    }
    here.end(here.failure());
    incoming = null;
    incomingFailure = here.failure();
    return true;
  }

  /** Makes a guest that a migration will fill, and reserves its streams. */
  Guest receive(GuestOrder.PrepareTarget order, Hypervisor hypervisor, GuestListener listener)
      throws HypervisorException, TransferException {
    take(parts.migrationsIn(), "to");
    @Nullable Guest made = null;
    boolean receiving = false;
    try {
      made = hypervisor.incoming(order.spec(), listener);
      IncomingMigration started = IncomingMigration.receive(order.migration(), made, needs());
      incoming = started;
      incomingFailure = LOST;
      var _ = started.over().thenRun(parts.migrationsIn()::release);
      receiving = true;
      return made;
    } finally {
      if (!receiving) {
        parts.migrationsIn().release();
        if (made != null) {
          made.destroy();
        }
      }
    }
  }

  private IncomingMigration.Parts needs() {
    return new IncomingMigration.Parts(
        parts.engine(), parts.blocking(), parts.clock(), parts.listener(), reports);
  }

  OrderResult ticket() {
    IncomingMigration here = incoming;
    if (here == null || !here.failure().isEmpty()) {
      return OrderResults.failed(
          Code.TRANSFER_FAILED, here == null ? incomingFailure : here.failure());
    }
    TransferTicket.Builder ticket =
        TransferTicket.newBuilder()
            .setEndpoint(here.ticket().endpoint())
            .setStreamId(here.ticket().streamId())
            .setToken(here.ticket().token());
    return OrderResult.newBuilder()
        .setTargetPrepared(TargetPrepared.newBuilder().setTicket(ticket))
        .build();
  }

  /** Forgets the incoming end of a guest that runs by now; the returned work closes its streams. */
  Runnable detachIncoming() {
    IncomingMigration here = incoming;
    incoming = null;
    return here == null ? () -> {} : () -> here.end("activated");
  }

  // ---- source

  OrderResult send(GuestOrder.Send order, Guest guest, String hypervisor)
      throws HypervisorException, TransferException {
    take(parts.migrationsOut(), "from");
    OutgoingMigration started;
    try {
      started =
          OutgoingMigration.start(
              order.migration(),
              hypervisor,
              guest,
              order.ticket(),
              new SendOptions(
                  order.migration().text(), order.bandwidthLimit(), order.outageBudget()),
              new OutgoingMigration.Parts(
                  parts.engine(), parts.blackouts(), parts.listener(), reports));
    } catch (TransferException e) {
      parts.migrationsOut().release();
      throw e;
    }
    outgoing = started;
    var _ = started.over().thenRun(parts.migrationsOut()::release);
    return OrderResults.DONE;
  }

  OrderResult sending() {
    String failure = outgoing == null ? LOST : outgoing.failure();
    return failure.isEmpty()
        ? OrderResults.DONE
        : OrderResults.failed(Code.TRANSFER_FAILED, failure);
  }

  CompletionStage<OrderResult> stopAndCopy(Duration deadline) {
    if (outgoing == null) {
      return CompletableFuture.completedFuture(OrderResults.failed(Code.NO_SUCH_TRANSFER, LOST));
    }
    return outgoing.stopAndCopy(deadline).handle(MigrationEnds::result);
  }

  private static OrderResult result(@Nullable SourceStopped stopped, @Nullable Throwable failure) {
    if (stopped != null) {
      return OrderResult.newBuilder().setSourceStopped(stopped).build();
    }
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    boolean late = cause instanceof StopFailedException e && e.deadlinePassed();
    return OrderResults.failed(
        late ? Code.DEADLINE_EXCEEDED : Code.TRANSFER_FAILED,
        cause == null ? "no reason given" : String.valueOf(cause.getMessage()));
  }

  private static void take(Semaphore permits, String direction) throws HypervisorException {
    if (!permits.tryAcquire()) {
      throw new HypervisorException(
          Kind.INSUFFICIENT_RESOURCES,
          "as many migrations %s this host are under way as its settings allow"
              .formatted(direction));
    }
  }
}
