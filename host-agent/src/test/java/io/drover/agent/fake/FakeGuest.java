package io.drover.agent.fake;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.RunPermit;
import io.drover.agent.process.ProcessIdentity;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A guest that only remembers what was done to it. */
public final class FakeGuest implements Guest {
  private static final byte[] STATE = "registers".getBytes(StandardCharsets.UTF_8);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(60);

  private final GuestSpec spec;
  private final GuestListener listener;
  private final List<String> journal;
  private final GuestConsole console = new GuestConsole();
  private final MemorySegment memory;
  private volatile State state;
  private volatile String endReason = "";
  private volatile boolean memoryFaults;
  private volatile @Nullable ProcessIdentity process;

  FakeGuest(GuestSpec spec, State state, GuestListener listener, List<String> journal) {
    this.spec = spec;
    this.state = state;
    this.listener = listener;
    this.journal = journal;
    this.memory = Arena.ofAuto().allocate(spec.resources().memory().bytes());
  }

  /** As the JVM reports SIGBUS in mapped memory. */
  public void breakMemory() {
    memoryFaults = true;
  }

  /** Ends by itself. */
  public void trap(String reason) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    endReason = reason;
    listener.ended(spec.vm(), reason);
  }

  public void print(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    console.append(bytes, 0, bytes.length);
  }

  @Override
  public GuestSpec spec() {
    return spec;
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public String endReason() {
    return endReason;
  }

  @Override
  public void resume() throws HypervisorException {
    if (state == State.ENDED || state == State.INCOMING) {
      throw new HypervisorException(HypervisorException.Kind.INVALID_STATE, "is " + state);
    }
    if (state == State.PAUSED) {
      journal.add("resume");
      state = State.RUNNING;
    }
  }

  @Override
  public Instant pause() {
    if (state == State.RUNNING) {
      journal.add("pause");
      state = State.PAUSED;
    }
    return Instant.now();
  }

  @Override
  public void stop(Duration grace) {
    journal.add("stop");
    end("stopped");
  }

  @Override
  public void destroy() {
    if (state != State.ENDED) {
      journal.add("destroy");
      end("destroyed");
    }
  }

  /** As a real one is: gone when the call returns. */
  private static void kill(ProcessIdentity process) {
    process.kill();
    if (!process.awaitEnd(KILL_LIMIT)) {
      throw new IllegalStateException(process + " survives SIGKILL");
    }
  }

  private void end(String reason) {
    process().ifPresent(FakeGuest::kill);
    state = State.ENDED;
    endReason = reason;
    listener.ended(spec.vm(), reason); // real ones say so too; nobody may take it for news
  }

  @Override
  public long saveState(OpaqueChannel channel) throws TransferException {
    if (memoryFaults) {
      throw new InternalError("a fault occurred in an unsafe memory access operation");
    }
    journal.add("save");
    channel.write(ByteBuffer.wrap(STATE));
    channel.endOutput();
    return STATE.length;
  }

  @Override
  public void loadState(OpaqueChannel channel) throws TransferException {
    ByteBuffer into = ByteBuffer.allocate(STATE.length);
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new TransferException("device state is truncated");
      }
    }
    journal.add("load");
    state = State.PAUSED;
  }

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
    return Optional.ofNullable(process);
  }

  @Override
  public void heed(RunPermit permit) {}

  /** From now on a process stands for this guest, which ends with it. */
  public void runIn(Process real) {
    process = ProcessIdentity.of(real.pid()).orElseThrow();
    var _ = real.onExit().thenRun(() -> trap("its process died"));
  }

  @Override
  public MemorySegment memory() {
    return memory;
  }

  @Override
  public DirtyTracking tracking() {
    return new DirtyTracking.ContentScan();
  }
}
