package io.drover.agent.embedded;

import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.ChicoryException;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.guest.RunPermit;
import io.drover.agent.process.ProcessIdentity;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A WebAssembly guest: its module instance, its memory and the thread that runs it.
 *
 * <p>Its memory stays readable after it ended, until {@link #destroy}; a transfer that still reads
 * it then sees zeros.
 */
public final class EmbeddedGuest implements Guest {
  private final GuestSpec spec;
  private final GuestImage image;
  private final GuestRam ram;
  private final DirtyPages dirty;
  private final GuestConsole console = new GuestConsole();
  private final GuestClock clock = new GuestClock(System::nanoTime, InstantSource.system());
  private final FramePort frames;
  private final int[] mutableGlobals;
  private final Instance instance;
  private final Vcpu vcpu;
  private final Consumer<EmbeddedGuest> onDestroy;
  private volatile boolean stopRequested;
  private volatile boolean incoming;
  private boolean destroyed; // guarded by this

  /**
   * @param incoming whether memory and state come from elsewhere
   * @param onDestroy called once, when all is freed
   */
  EmbeddedGuest(
      GuestSpec spec,
      GuestImage image,
      GuestRam ram,
      boolean incoming,
      EmbeddedLimits limits,
      GuestListener listener,
      Consumer<EmbeddedGuest> onDestroy)
      throws HypervisorException {
    this.spec = spec;
    this.image = image;
    this.ram = ram;
    this.incoming = incoming;
    this.onDestroy = onDestroy;
    GuestProgram program = image.requireProgram();
    Map<String, Long> arguments = image.arguments(spec);
    this.dirty = new DirtyPages(ram.segment().byteSize());
    this.frames = new FramePort(() -> vcpu().wake());
    this.mutableGlobals = program.mutableGlobals();
    var calls = new HostCalls(console, clock, arguments, frames, () -> stopRequested);
    var memory = new LinearMemory(ram.segment(), dirty, !incoming);
    this.instance = instantiate(program, memory, calls, image.entry().name());
    ExportFunction slice = instance.export(GuestProgram.SLICE);
    this.vcpu =
        new Vcpu(
            "guest-" + spec.vm().text(),
            budgetNs -> slice.apply(budgetNs)[0],
            new CpuShare(spec.resources().cpuMillis(), System.nanoTime()),
            limits,
            reason -> {
              if (!stopRequested) {
                listener.ended(spec.vm(), reason);
              }
            });
  }

  private static Instance instantiate(
      GuestProgram program, LinearMemory memory, HostCalls calls, String name)
      throws HypervisorException {
    try {
      return Instance.builder(program.module())
          .withMachineFactory(program::machineFor)
          .withMemoryFactory(_ -> memory)
          .withImportValues(calls.imports())
          .withStart(false)
          .build();
    } catch (ChicoryException e) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE, "image " + name + " does not start: " + e.getMessage(), e);
    }
  }

  @Override
  public GuestSpec spec() {
    return spec;
  }

  @Override
  public State state() {
    if (vcpu.endReason() != null) {
      return State.ENDED;
    }
    if (incoming) {
      return State.INCOMING;
    }
    return vcpu.isRunnable() ? State.RUNNING : State.PAUSED;
  }

  @Override
  public String endReason() {
    String reason = vcpu.endReason();
    return reason == null ? "" : reason;
  }

  @Override
  public void resume() throws HypervisorException {
    requireNotEnded("resumed");
    if (incoming) {
      throw new HypervisorException(
          Kind.INVALID_STATE, spec.vm() + " cannot be resumed: its state is not loaded");
    }
    vcpu.resume();
  }

  @Override
  public Instant pause() throws HypervisorException {
    Instant stoppedAt = vcpu.pause();
    requireNotEnded("paused");
    return stoppedAt;
  }

  @Override
  public void stop(Duration grace) throws HypervisorException {
    boolean running = state() == State.RUNNING;
    stopRequested = true;
    if (running) {
      vcpu.wake();
      try {
        vcpu.awaitEnd(grace);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt(); // no more grace
      }
    }
    destroy();
  }

  @Override
  public void destroy() {
    vcpu.destroy();
    synchronized (this) {
      if (destroyed) {
        return;
      }
      destroyed = true;
    }
    ram.release();
    onDestroy.accept(this);
  }

  @Override
  public long saveState(OpaqueChannel channel) throws HypervisorException, TransferException {
    requireNotEnded("saved");
    if (state() != State.PAUSED) {
      throw new HypervisorException(
          Kind.INVALID_STATE, spec.vm() + " cannot be saved: it is " + state());
    }
    var state =
        new SavedState(
            image.entry().sha256(),
            ram.segment().byteSize(),
            clock.read(),
            readGlobals(),
            frames.waiting(),
            console.save());
    ByteBuffer bytes = state.encode();
    long length = bytes.remaining();
    channel.write(bytes);
    return length;
  }

  @Override
  public void loadState(OpaqueChannel channel) throws HypervisorException, TransferException {
    requireNotEnded("loaded");
    if (!incoming) {
      throw new HypervisorException(
          Kind.INVALID_STATE, spec.vm() + " cannot be loaded: it is " + state());
    }
    SavedState state = SavedState.read(channel);
    requireSame("image sha-256", state.imageSha256(), image.entry().sha256());
    requireSame("memory in bytes", state.memoryBytes(), ram.segment().byteSize());
    requireSame("number of globals", state.globals().length / 2, mutableGlobals.length);
    writeGlobals(state.globals());
    clock.continueFrom(state.clock());
    console.load(state.console());
    frames.restore(state.frames());
    incoming = false;
  }

  /** None of our own: the guest stands still from {@link #pause} to {@link #resume} only. */
  @Override
  public Duration hypervisorDowntime() {
    return Duration.ZERO;
  }

  @Override
  public GuestConsole console() {
    return console;
  }

  @Override
  public Optional<ProcessIdentity> process() {
    return Optional.empty();
  }

  @Override
  public void heed(RunPermit permit) {
    frames.heed(permit);
    vcpu.heed(permit);
  }

  @Override
  public MemorySegment memory() {
    return ram.segment();
  }

  @Override
  public DirtyTracking tracking() {
    return new DirtyTracking.Exact(bitmap -> vcpu.atBoundary(() -> dirty.collect(bitmap)));
  }

  /** The guest's network port. */
  public FramePort frames() {
    return frames;
  }

  /** CPU time it has used on this host. */
  public Duration cpuTime() {
    return vcpu.cpuTime();
  }

  Vcpu vcpu() {
    return vcpu;
  }

  private long[] readGlobals() {
    long[] words = new long[2 * mutableGlobals.length];
    for (int i = 0; i < mutableGlobals.length; i++) {
      GlobalInstance global = instance.global(mutableGlobals[i]);
      words[2 * i] = global.getValueLow();
      words[2 * i + 1] = global.getValueHigh();
    }
    return words;
  }

  // SAFETY: the guest's thread reads them only after resume(), whose lock orders the two.
  private void writeGlobals(long[] words) {
    for (int i = 0; i < mutableGlobals.length; i++) {
      GlobalInstance global = instance.global(mutableGlobals[i]);
      global.setValueLow(words[2 * i]);
      global.setValueHigh(words[2 * i + 1]);
    }
  }

  private void requireSame(String what, Object saved, Object here) throws HypervisorException {
    if (!saved.equals(here)) {
      throw new HypervisorException(
          Kind.FAILED,
          "the saved state does not belong to %s: its %s is %s, here it is %s"
              .formatted(spec.vm(), what, saved, here));
    }
  }

  private void requireNotEnded(String what) throws HypervisorException {
    String reason = vcpu.endReason();
    if (reason != null) {
      throw new HypervisorException(
          Kind.INVALID_STATE, spec.vm() + " cannot be " + what + ": it ended: " + reason);
    }
  }
}
