package io.drover.agent.qemu;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.RunPermit;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.qemu.qmp.QmpCommand;
import io.drover.agent.qemu.qmp.QmpException;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One guest in one QEMU process. Stays alive when the agent ends. */
final class QemuGuest implements Guest {
  private static final Logger LOG = LoggerFactory.getLogger(QemuGuest.class);

  /** From the loss of the control connection until the process is gone. */
  private static final Duration DEATH_GRACE = Duration.ofSeconds(10);

  private final GuestRecord identity;
  private final GuestSpec spec;
  private final RunFiles files;
  private final QemuProcess process;
  private final RunState runState;
  private final ConsoleTail tail;
  private final GuestMemory memory;
  private final GuestListener listener;
  private final DeviceState deviceState;
  private final Consumer<QemuGuest> onEnd;
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private volatile boolean endAsked;
  private volatile boolean released;
  private volatile Duration downtime = Duration.ZERO;

  /** What a guest is made of; one record because all of it comes from the launch. */
  record Parts(
      GuestRecord identity,
      RunFiles files,
      QemuProcess process,
      RunState runState,
      ConsoleTail tail,
      GuestMemory memory) {}

  /**
   * @param onEnd called once, when the guest has ended and before the listener
   */
  QemuGuest(
      Parts parts, GuestListener listener, Duration deviceStateTimeout, Consumer<QemuGuest> onEnd) {
    this.identity = parts.identity;
    this.spec = parts.identity.spec();
    this.files = parts.files;
    this.process = parts.process;
    this.runState = parts.runState;
    this.tail = parts.tail;
    this.memory = parts.memory;
    this.listener = listener;
    this.deviceState = new DeviceState(spec.vm(), files, process, runState, deviceStateTimeout);
    this.onEnd = onEnd;
  }

  /**
   * Begins to watch for the guest's end; separate from the constructor, for it hands out itself.
   */
  void watch() {
    var _ = process.qmp().closed().thenAccept(this::onControlLost);
  }

  /** Makes QEMU listen for a device state, ahead of the blackout. */
  void awaitState() throws QmpException {
    process.qmp().execute(QmpCommand.migrateIncoming("unix:" + files.incoming()));
  }

  @Override
  public GuestSpec spec() {
    return spec;
  }

  @Override
  public State state() {
    return runState.state();
  }

  @Override
  public String endReason() {
    return runState.endReason();
  }

  @Override
  public MemorySegment memory() {
    return memory.segment();
  }

  @Override
  public DirtyTracking tracking() {
    return new DirtyTracking.ContentScan();
  }

  @Override
  public GuestConsole console() {
    return tail.console();
  }

  @Override
  public Optional<ProcessIdentity> process() {
    return Optional.of(process.identity());
  }

  @Override
  public void heed(RunPermit permit) {} // the guard stops its process

  @Override
  public Duration hypervisorDowntime() {
    return downtime;
  }

  /** Takes over what the guest printed. */
  void followConsole() {
    try {
      tail.follow();
    } catch (IOException e) {
      LOG.warn("console of {} cannot be read: {}", spec.vm(), e.toString());
    }
  }

  @Override
  public void resume() throws HypervisorException {
    if (require("resume", State.RUNNING, State.PAUSED) == State.PAUSED) {
      execute(QmpCommand.cont());
    }
  }

  @Override
  public Instant pause() throws HypervisorException {
    if (require("pause", State.RUNNING, State.PAUSED) == State.RUNNING) {
      execute(QmpCommand.stop());
    }
    return runState.pausedAt();
  }

  @Override
  public void stop(Duration grace) throws HypervisorException {
    if (runState.state() == State.RUNNING) {
      endAsked = true;
      execute(QmpCommand.systemPowerdown());
      try {
        ended.get(grace.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        LOG.info("{} did not power off within {}", spec.vm(), grace);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // nobody fails this future
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    destroy();
  }

  @Override
  public void destroy() {
    endAsked = true;
    try {
      process.end();
      end("destroyed");
      memory.close();
    } catch (HypervisorException e) {
      LOG.error("{} could not be destroyed: {}", spec.vm(), e.getMessage());
    }
  }

  @Override
  public long saveState(OpaqueChannel channel) throws HypervisorException, TransferException {
    require("save the state of", State.PAUSED);
    requireMigratable();
    followConsole();
    DeviceState.Saved saved = deviceState.save(console().save(), channel);
    downtime = saved.downtime();
    return saved.bytes();
  }

  @Override
  public void loadState(OpaqueChannel channel) throws HypervisorException, TransferException {
    require("load a state into", State.INCOMING);
    byte[] console = deviceState.load(channel);
    try {
      tail.load(console);
    } catch (IOException e) {
      throw failed("keeping the source's console: " + e, e);
    }
    runState.loaded();
  }

  /** The agent goes, the guest stays. */
  void release() {
    released = true;
    process.qmp().close();
    followConsole();
    closeTail();
    memory.close();
  }

  private void onControlLost(String reason) {
    if (released) {
      return;
    }
    if (!process.identity().awaitEnd(DEATH_GRACE)) {
      LOG.error("{} cannot be controlled any more ({}), killing it", spec.vm(), reason);
      process.identity().kill();
      var _ = process.identity().awaitEnd(DEATH_GRACE);
    }
    String said = files.logTail();
    String words = runState.lastWords();
    end(
        words.isEmpty()
            ? "QEMU process %d died%s"
                .formatted(process.identity().pid(), said.isEmpty() ? "" : ": " + said)
            : words);
  }

  private synchronized void end(String reason) {
    followConsole();
    if (!runState.ended(reason)) {
      return;
    }
    closeTail();
    try {
      files.delete();
    } catch (IOException e) {
      LOG.warn("files of {} cannot be removed: {}", files.run(), e.toString());
    }
    onEnd.accept(this);
    ended.complete(reason);
    if (!endAsked) {
      listener.ended(spec.vm(), reason);
    }
  }

  private void closeTail() {
    try {
      tail.close();
    } catch (IOException e) {
      LOG.debug("closing the console of {}: {}", files.run(), e.toString());
    }
  }

  private State require(String what, State... allowed) throws HypervisorException {
    State now = runState.state();
    for (State state : allowed) {
      if (state == now) {
        return now;
      }
    }
    throw new HypervisorException(
        HypervisorException.Kind.INVALID_STATE,
        "cannot %s %s: it is %s %s".formatted(what, spec.vm(), now, runState.endReason()).strip());
  }

  private void requireMigratable() throws HypervisorException {
    if (!identity.migratable()) {
      throw new HypervisorException(
          HypervisorException.Kind.INVALID_STATE,
          "%s has a disk (image %s): its host cannot be changed"
              .formatted(spec.vm(), spec.image()));
    }
  }

  private <R> R execute(QmpCommand<R> command) throws HypervisorException {
    try {
      return process.qmp().execute(command);
    } catch (QmpException e) {
      throw failed(String.valueOf(e.getMessage()), e);
    }
  }

  private HypervisorException failed(String reason, Exception cause) {
    return new HypervisorException(
        HypervisorException.Kind.FAILED, spec.vm() + ": " + reason.strip(), cause);
  }
}
