package io.drover.agent.embedded;

import io.drover.agent.guest.HypervisorException;
import io.drover.transfer.PageSource.DirtyTracking;
import io.drover.transfer.TransferException;
import java.lang.foreign.MemorySegment;

/** A migration by hand, without a transfer: what the page engine does, in its simplest form. */
final class Moves {
  private static final int PAGE = 4096;
  private static final int ROUNDS = 5;

  private Moves() {}

  /** Rounds while the source runs, then the rest and the state; the target is left paused. */
  static void preCopyAndSwitch(EmbeddedGuest from, EmbeddedGuest to)
      throws HypervisorException, TransferException {
    collect(from);
    copyAll(from, to);
    for (int round = 0; round < ROUNDS; round++) {
      copyDirty(from, to);
    }
    from.pause();
    copyDirty(from, to);
    if (from.memory().mismatch(to.memory()) >= 0) {
      throw new AssertionError("a page was written and not marked");
    }
    LoopbackChannel channel = new LoopbackChannel();
    from.saveState(channel);
    to.loadState(channel);
  }

  static void copyAll(EmbeddedGuest from, EmbeddedGuest to) {
    to.memory().copyFrom(from.memory());
  }

  static int copyDirty(EmbeddedGuest from, EmbeddedGuest to) {
    long[] bitmap = collect(from);
    int copied = 0;
    for (int page = 0; page < bitmap.length * 64; page++) {
      if ((bitmap[page >> 6] & 1L << (page & 63)) != 0) {
        MemorySegment.copy(
            from.memory(), (long) page * PAGE, to.memory(), (long) page * PAGE, PAGE);
        copied++;
      }
    }
    return copied;
  }

  static long[] collect(EmbeddedGuest guest) {
    long[] bitmap = new long[(int) (guest.memory().byteSize() / PAGE / 64) + 1];
    ((DirtyTracking.Exact) guest.tracking()).collector().collect(bitmap);
    return bitmap;
  }
}
