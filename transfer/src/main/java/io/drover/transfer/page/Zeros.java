package io.drover.transfer.page;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One page of zeros to compare with and to copy from. */
final class Zeros {
  static final MemorySegment PAGE =
      Arena.global().allocate(PageMemory.PAGE_SIZE, PageMemory.PAGE_SIZE).asReadOnly();

  private Zeros() {}
}
