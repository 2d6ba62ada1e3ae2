package io.drover.agent.embedded;

import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.HypervisorException;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Goes through what an agent does within a blackout, before there is one: without it the first
 * migration pays some 10 ms for loading classes and for bytecode that is not compiled yet.
 */
final class Rehearsal {
  private static final long MEMORY_BYTES = 64 << 20;
  private static final int ROUNDS = 30;

  private Rehearsal() {}

  /** Takes some 100 ms of one thread and touches nothing of anybody. */
  static void run() {
    DirtyPages dirty = new DirtyPages(MEMORY_BYTES);
    long[] bitmap = new long[(int) (MEMORY_BYTES >> DirtyPages.PAGE_SHIFT >> 6)];
    GuestConsole console = new GuestConsole();
    byte[] line = "@drover beats=1234567 lost=0 corrupted=0\n".getBytes(StandardCharsets.UTF_8);
    while (console.endOffset() < GuestConsole.CAPACITY) {
      console.append(line, 0, line.length);
    }
    for (int round = 0; round < ROUNDS; round++) {
      dirty.markRange(round * DirtyPages.PAGE_SIZE, (int) MEMORY_BYTES / 2);
      dirty.collect(bitmap);
      moveState(console);
    }
  }

  private static void moveState(GuestConsole console) {
    var state =
        new SavedState(
            "00".repeat(32),
            MEMORY_BYTES,
            new GuestClock.Reading(0, 0),
            new long[16],
            List.of(new byte[64]),
            console.save());
    Loop loop = new Loop();
    loop.write(state.encode());
    loop.endOutput();
    try {
      new GuestConsole().load(SavedState.read(loop).console());
    } catch (HypervisorException | TransferException e) {
      throw new IllegalStateException("a state that was just written cannot be read", e);
    }
  }

  /** Gives back what was written to it. */
  private static final class Loop implements OpaqueChannel {
    /** The state of a guest without memory is a full console and little more. */
    private final ByteBuffer held = ByteBuffer.allocate(2 * GuestConsole.CAPACITY);

    @Override
    public void write(ByteBuffer more) {
      held.put(more);
    }

    @Override
    public void endOutput() {
      held.flip();
    }

    @Override
    public int read(ByteBuffer into) {
      int length = Math.min(into.remaining(), held.remaining());
      into.put(held.slice(held.position(), length));
      held.position(held.position() + length);
      return length == 0 ? -1 : length;
    }
  }
}
