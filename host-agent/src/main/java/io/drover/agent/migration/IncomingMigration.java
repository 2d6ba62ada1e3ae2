package io.drover.agent.migration;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.migration.MigrationListener.Phase;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import io.drover.transfer.InboundTransfer;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.TransferException;
import io.drover.transfer.TransferTicket;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The target's end of one migration: memory arrives, then device state is loaded; then the guest
 * could run, and waits paused for an order.
 */
public final class IncomingMigration {
  private final MigrationId migration;
  private final VmId vm;
  private final Guest guest;
  private final InboundTransfer transfer;
  private final Parts parts;
  private final CompletableFuture<Void> over;
  private volatile @Nullable TargetReady ready;
  private volatile @Nullable String failure;
  private volatile boolean ended;

  /**
   * What it works with besides the guest.
   *
   * @param executor for loading device state, which blocks
   */
  public record Parts(
      TransferEngine engine,
      Executor executor,
      InstantSource clock,
      MigrationListener listener,
      MigrationReports reports) {}

  private IncomingMigration(
      MigrationId migration, Guest guest, InboundTransfer transfer, Parts parts) {
    this.migration = migration;
    this.vm = guest.spec().vm();
    this.guest = guest;
    this.transfer = transfer;
    this.parts = parts;
    this.over =
        transfer
            .memoryComplete()
            .thenAcceptAsync(this::load, parts.executor)
            .exceptionally(this::fail);
  }

  /**
   * Reserves streams for a guest made by {@link io.drover.agent.guest.Hypervisor#incoming}.
   *
   * @throws TransferException when the engine receives as many as it may
   */
  public static IncomingMigration receive(MigrationId migration, Guest guest, Parts parts)
      throws TransferException {
    InboundTransfer transfer = parts.engine.receive(migration.text(), guest.memory());
    IncomingMigration incoming = new IncomingMigration(migration, guest, transfer, parts);
    parts.listener.reached(
        Phase.TARGET_PREPARED, migration, incoming.vm, "at " + transfer.ticket().endpoint());
    return incoming;
  }

  public MigrationId migration() {
    return migration;
  }

  public TransferTicket ticket() {
    return transfer.ticket();
  }

  /** Memory and device state are here; the message that says so. Null before. */
  public @Nullable TargetReady ready() {
    return ready;
  }

  /** Why the transfer broke; empty while it has not. */
  public String failure() {
    String reason = failure;
    return reason == null ? "" : reason;
  }

  /** Completes when nothing is received any more. */
  public CompletableFuture<Void> over() {
    return over;
  }

  /** Ends it, whatever it does, and waits for that. The guest is left as it is. Repeatable. */
  public void end(String reason) {
    ended = true;
    if (!over.isDone()) {
      transfer.abort(reason);
      over.join();
    }
    transfer.close();
  }

  private void load(String digest) {
    parts.listener.reached(Phase.MEMORY_COMPLETE, migration, vm, "digest " + digest);
    try {
      guest.loadState(transfer.opaque());
    } catch (HypervisorException | TransferException e) {
      throw new CompletionException(e);
    }
    TargetReady message =
        TargetReady.newBuilder()
            .setMigrationId(migration.text())
            .setDigest(digest)
            .setReadyAtUs(SourceFigures.micros(parts.clock.instant()))
            .build();
    ready = message;
    parts.listener.reached(Phase.TARGET_READY, migration, vm, "digest " + digest);
    parts.reports.targetReady(message);
  }

  private @Nullable Void fail(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    String reason = String.valueOf(cause.getMessage());
    failure = reason;
    parts.listener.reached(ended ? Phase.ABORTED : Phase.FAILED, migration, vm, reason);
    if (!ended) {
      parts.reports.transferFailed(
          TransferFailed.newBuilder()
              .setMigrationId(migration.text())
              .setSide("target")
              .setReason(reason)
              .build());
    }
    return null;
  }
}
