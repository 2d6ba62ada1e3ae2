package io.drover.agent.migration;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.migration.MigrationListener.Phase;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.SourceStopped;
import io.drover.protocol.v1.TransferFailed;
import io.drover.transfer.OutboundTransfer;
import io.drover.transfer.OutboundTransfer.FinalReport;
import io.drover.transfer.OutboundTransfer.RoundReport;
import io.drover.transfer.SendOptions;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.TransferException;
import io.drover.transfer.TransferTicket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source's end of one migration, on a thread of its own.
 *
 * <pre>
 *   rounds, for ever ──stopAndCopy──▶ guest paused ─▶ rest sent ─▶ device state sent ─▶ stopped
 *         └────────────── end, or the transfer breaks: over ──────────────┘
 * </pre>
 *
 * Once it paused the guest it never resumes it: only an order does, and the order comes after this
 * has ended.
 */
public final class OutgoingMigration {
  private static final Logger LOG = LoggerFactory.getLogger(OutgoingMigration.class);

  /** Between rounds when what is dirty could be sent at once: more rounds would change nothing. */
  static final Duration QUIET_INTERVAL = Duration.ofMillis(50);

  /** What counts as such: it prolongs a blackout by no more than this. */
  static final Duration QUIET_REMAINDER = Duration.ofMillis(10);

  private static final long NANOS_PER_MICRO = 1_000;

  private final MigrationId migration;
  private final VmId vm;
  private final Guest guest;
  private final OutboundTransfer transfer;
  private final SourceFigures figures; // of the sending thread
  private final MigrationListener listener;
  private final MigrationReports reports;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition told = lock.newCondition();
  private final CompletableFuture<SourceStopped> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private @Nullable Duration stopDeadline; // guarded by lock; set once, by stopAndCopy
  private volatile @Nullable String endReason; // why it is given up: by order or deadline
  private volatile @Nullable String failure; // why it broke
  private volatile boolean deadlinePassed;

  /** What it works with besides the guest. */
  public record Parts(
      TransferEngine engine,
      BlackoutModel model,
      MigrationListener listener,
      MigrationReports reports) {}

  private OutgoingMigration(
      MigrationId migration,
      String hypervisor,
      Guest guest,
      OutboundTransfer transfer,
      Parts parts) {
    this.migration = migration;
    this.vm = guest.spec().vm();
    this.guest = guest;
    this.transfer = transfer;
    this.figures =
        new SourceFigures(
            migration,
            BlackoutModel.GuestClass.of(hypervisor, guest.spec().resources().memory()),
            parts.model);
    this.listener = parts.listener;
    this.reports = parts.reports;
  }

  /**
   * Connects to the target and starts the rounds. Blocks until connected.
   *
   * @throws TransferException when the target does not answer
   */
  public static OutgoingMigration start(
      MigrationId migration,
      String hypervisor,
      Guest guest,
      TransferTicket ticket,
      SendOptions options,
      Parts parts)
      throws TransferException {
    OutboundTransfer transfer = parts.engine.send(ticket, guest, options);
    OutgoingMigration outgoing =
        new OutgoingMigration(migration, hypervisor, guest, transfer, parts);
    parts.listener.reached(
        Phase.PRE_COPY_STARTED, migration, outgoing.vm, "to " + ticket.endpoint());
    Thread.ofPlatform().daemon().name("drover-send-" + migration.tail()).start(outgoing::run);
    return outgoing;
  }

  public MigrationId migration() {
    return migration;
  }

  /** Why the transfer broke; empty while it has not. */
  public String failure() {
    String reason = failure;
    return reason == null ? "" : reason;
  }

  /** Completes when nothing is sent any more. */
  public CompletableFuture<Void> over() {
    return over;
  }

  /**
   * Stops the guest after the round under way, sends the rest and the device state. Repeatable: the
   * first deadline holds.
   *
   * @return fails with {@link StopFailedException}
   */
  public CompletableFuture<SourceStopped> stopAndCopy(Duration deadline) {
    lock.lock();
    try {
      if (stopDeadline == null) {
        stopDeadline = deadline;
        CompletableFuture.delayedExecutor(deadline.toNanos(), TimeUnit.NANOSECONDS)
            .execute(() -> passDeadline(deadline));
        told.signalAll();
      }
    } finally {
      lock.unlock();
    }
    return stopped;
  }

  private void passDeadline(Duration deadline) {
    if (!over.isDone()) {
      deadlinePassed = true;
      giveUp("not stopped and copied within " + deadline.toMillis() + " ms");
    }
  }

  /** Ends it, whatever it does, and waits for that. The guest is left as it is. Repeatable. */
  public void end(String reason) {
    if (!over.isDone()) {
      giveUp(reason);
      over.join();
    }
    transfer.close();
  }

  private void giveUp(String reason) {
    lock.lock();
    try {
      if (endReason == null) {
        endReason = reason;
      }
      told.signalAll();
    } finally {
      lock.unlock();
    }
    transfer.abort(reason);
  }

  private void run() {
    try {
      while (!isTold()) {
        RoundReport round = transfer.sendRound();
        report(round);
        pauseUnlessBusy(round);
      }
      failIfGivenUp();
      stopped.complete(stopAndCopy());
    } catch (TransferException | HypervisorException e) {
      fail(String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) { // an Error is what a fault in mapped memory comes as
      LOG.atError().setCause(e).log("{}: sending {} broke", migration, vm);
      fail(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail("interrupted");
    } finally {
      over.complete(null);
    }
  }

  private boolean isTold() {
    lock.lock();
    try {
      return stopDeadline != null || endReason != null;
    } finally {
      lock.unlock();
    }
  }

  private void failIfGivenUp() throws TransferException {
    String reason = endReason;
    if (reason != null) {
      throw new TransferException(reason);
    }
  }

  private void report(RoundReport round) {
    listener.reached(
        Phase.ROUND_ENDED,
        migration,
        vm,
        "round %d: %d pages sent, %d dirty"
            .formatted(round.round(), round.sentPages(), round.remainingPages()));
    reports.roundEnded(figures.of(round));
  }

  private void pauseUnlessBusy(RoundReport round) throws InterruptedException {
    if (figures.timeForRest(round).compareTo(QUIET_REMAINDER) > 0) {
      return;
    }
    lock.lock();
    try {
      long leftNs = QUIET_INTERVAL.toNanos();
      while (leftNs > 0 && stopDeadline == null && endReason == null) {
        leftNs = told.awaitNanos(leftNs);
      }
    } finally {
      lock.unlock();
    }
  }

  private SourceStopped stopAndCopy() throws TransferException, HypervisorException {
    final long startNs = System.nanoTime();
    final Instant pausedAt = guest.pause();
    listener.reached(Phase.SOURCE_PAUSED, migration, vm, "at " + pausedAt);
    reports.guestPaused();
    final long pausedNs = System.nanoTime();
    final FinalReport rest = transfer.sendFinal(deadline());
    listener.reached(
        Phase.FINAL_PAGES_SENT,
        migration,
        vm,
        rest.finalPages() + " pages, digest " + rest.digest());
    final long copiedNs = System.nanoTime();
    long deviceBytes = guest.saveState(transfer.opaque());
    final long savedNs = System.nanoTime();
    failIfGivenUp();
    Duration total = Duration.ofNanos(savedNs - startNs);
    listener.reached(Phase.SOURCE_STOPPED, migration, vm, "after " + total.toMillis() + " ms");
    return figures
        .of(rest, total)
        .setPausedAtUs(SourceFigures.micros(pausedAt))
        .setDeviceStateBytes(deviceBytes)
        .setTotalBytes(transfer.sentBytes())
        .setHypervisorDowntimeUs(SourceFigures.micros(guest.hypervisorDowntime()))
        .setPauseUs((pausedNs - startNs) / NANOS_PER_MICRO)
        .setFinalCopyUs((copiedNs - pausedNs) / NANOS_PER_MICRO)
        .setDeviceStateUs((savedNs - copiedNs) / NANOS_PER_MICRO)
        .build();
  }

  private Duration deadline() {
    lock.lock();
    try {
      return stopDeadline == null ? Duration.ZERO : stopDeadline;
    } finally {
      lock.unlock();
    }
  }

  private void fail(String broken) {
    String given = endReason;
    String reason = given != null ? given : broken;
    failure = reason;
    transfer.abort(reason);
    boolean byOrder = given != null && !deadlinePassed;
    listener.reached(byOrder ? Phase.ABORTED : Phase.FAILED, migration, vm, reason);
    stopped.completeExceptionally(new StopFailedException(reason, deadlinePassed));
    if (!byOrder) {
      reports.transferFailed(
          TransferFailed.newBuilder()
              .setMigrationId(migration.text())
              .setSide("source")
              .setReason(reason)
              .build());
    }
  }
}
