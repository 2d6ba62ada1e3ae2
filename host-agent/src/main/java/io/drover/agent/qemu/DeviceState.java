package io.drover.agent.qemu;

import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.qemu.DeviceStateStream.QemuEnd;
import io.drover.agent.qemu.qmp.QmpCommand;
import io.drover.agent.qemu.qmp.QmpCommand.MigrationStatus;
import io.drover.agent.qemu.qmp.QmpException;
import io.drover.config.units.VmId;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what one paused QEMU keeps outside of RAM, or gives it to one that waits for it, by QEMU's
 * own migration. Neither side runs afterwards: that is somebody else's decision.
 */
record DeviceState(
    VmId vm, RunFiles files, QemuProcess process, RunState runState, Duration timeout) {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceState.class);
  private static final int CONSOLE_LIMIT = GuestConsole.CAPACITY + Long.BYTES;

  /**
   * What became of it.
   *
   * @param downtime as QEMU measured it
   */
  record Saved(long bytes, Duration downtime) {}

  /**
   * Sends it, and waits until the target has loaded it.
   *
   * @throws HypervisorException when the target did not say so: it may have it or not
   */
  Saved save(byte[] console, OpaqueChannel channel) throws HypervisorException, TransferException {
    CompletableFuture<String> outcome = runState.expectMigration();
    long bytes = DeviceStateStream.writePreamble(console, channel);
    try (ServerSocketChannel server = DeviceStateStream.listen(files.outgoing())) {
      execute(QmpCommand.migrate("unix:" + files.outgoing()));
      try (QemuEnd qemu = DeviceStateStream.accept(server, timeout)) {
        qemu.feedFrom(channel, "return-path-" + vm);
        bytes += qemu.copyTo(channel);
      }
    } catch (TransferException e) {
      giveUp(outcome);
      throw e;
    } catch (IOException e) {
      giveUp(outcome);
      channel.endOutput(); // so that the target does not wait for more
      throw failed("saving the device state: " + e, e);
    }
    MigrationStatus status = await(outcome);
    if (!status.isCompleted()) {
      throw failed("device state not taken over: " + status.status() + " " + status.error(), null);
    }
    return new Saved(bytes, Duration.ofMillis(status.downtimeMs()));
  }

  /** Makes QEMU ready for the next attempt; its guest can then go on. */
  private void giveUp(CompletableFuture<String> outcome) throws HypervisorException {
    execute(QmpCommand.migrateCancel());
    await(outcome);
  }

  /**
   * Receives it and waits until QEMU has loaded it.
   *
   * @return the source's console
   */
  byte[] load(OpaqueChannel channel) throws HypervisorException, TransferException {
    CompletableFuture<String> outcome = runState.expectMigration();
    byte[] console = DeviceStateStream.readPreamble(channel, CONSOLE_LIMIT);
    try (QemuEnd qemu = DeviceStateStream.connect(files.incoming(), timeout)) {
      qemu.feedFrom(channel, "device-state-" + vm);
      qemu.copyTo(channel);
      MigrationStatus status = await(outcome);
      if (!status.isCompleted()) {
        throw failed("device state not loaded: " + status.status() + " " + status.error(), null);
      }
      return console;
    } catch (IOException e) {
      throw failed("loading the device state: " + e + " " + files.logTail(), e);
    }
  }

  private MigrationStatus await(CompletableFuture<String> outcome) throws HypervisorException {
    try {
      outcome.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{}: no end of QEMU's migration within {}", vm, timeout);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // nobody fails this future
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted while waiting for QEMU", e);
    }
    if (!process.identity().isAlive()) {
      throw failed("QEMU ended: " + files.logTail(), null);
    }
    return execute(QmpCommand.queryMigrate());
  }

  private <R> R execute(QmpCommand<R> command) throws HypervisorException {
    try {
      return process.qmp().execute(command);
    } catch (QmpException e) {
      throw failed(String.valueOf(e.getMessage()), e);
    }
  }

  private HypervisorException failed(String reason, @Nullable Exception cause) {
    String message = vm + ": " + reason.strip();
    return cause == null
        ? new HypervisorException(HypervisorException.Kind.FAILED, message)
        : new HypervisorException(HypervisorException.Kind.FAILED, message, cause);
  }
}
