package io.drover.agent.embedded;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Which 4 KiB pages the guest has written. One byte per page, not one bit: marking is then a single
 * plain store without a read, and is what the guest pays for each of its stores.
 *
 * <p>SAFETY: not thread-safe. The guest's thread marks, the collector reads and clears while that
 * thread stands between two slices; {@link Vcpu}'s lock orders the two.
 */
final class DirtyPages {
  static final int PAGE_SHIFT = 12;
  static final int PAGE_SIZE = 1 << PAGE_SHIFT;
  private static final int MARKS_PER_WORD = Long.BYTES;
  private static final VarHandle EIGHT_MARKS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] marks;

  DirtyPages(long memoryBytes) {
    // Guest memory comes in units of 16 pages, so whole words cover it.
    marks = new byte[Math.toIntExact(memoryBytes >> PAGE_SHIFT)];
  }

  /** Of a store of up to 8 bytes, which may lie across two pages. */
  void mark(int address, int width) {
    marks[address >>> PAGE_SHIFT] = 1;
    marks[(address + width - 1) >>> PAGE_SHIFT] = 1;
  }

  void markRange(int address, int length) {
    if (length > 0) {
      int first = address >>> PAGE_SHIFT;
      int last = (address + length - 1) >>> PAGE_SHIFT;
      Arrays.fill(marks, first, last + 1, (byte) 1);
    }
  }

  /** Ors the written pages into {@code bitmap} and forgets them. */
  void collect(long[] bitmap) {
    for (int page = 0; page < marks.length; page += MARKS_PER_WORD) {
      long eight = (long) EIGHT_MARKS.get(marks, page);
      if (eight != 0) {
        EIGHT_MARKS.set(marks, page, 0L);
        bitmap[page >> 6] |= (long) pack(eight) << (page & 63);
      }
    }
  }

  /** The lowest bits of eight bytes, side by side. */
  private static int pack(long eight) {
    int bits = 0;
    for (int i = 0; i < MARKS_PER_WORD; i++) {
      bits |= (int) (eight >>> (i * 8) & 1) << i;
    }
    return bits;
  }
}
