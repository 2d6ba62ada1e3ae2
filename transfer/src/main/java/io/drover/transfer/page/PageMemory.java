package io.drover.transfer.page;

import java.lang.foreign.MemorySegment;

/**
 * All of a guest's RAM in pages of 4 KiB. Safe to use from several threads, as far as the segment
 * is: what it holds may change under every call while the guest runs.
 */
public final class PageMemory {
  public static final int PAGE_SHIFT = 12;
  public static final int PAGE_SIZE = 1 << PAGE_SHIFT;

  private final MemorySegment segment;
  private final int pageCount;

  /**
   * Takes a segment that other threads can reach (of a shared, automatic or global arena, or of a
   * {@code byte[]}).
   *
   * @throws IllegalArgumentException when its length is no positive multiple of 4,096
   */
  public PageMemory(MemorySegment segment) {
    long length = segment.byteSize();
    if (length <= 0 || length % PAGE_SIZE != 0 || length >> PAGE_SHIFT > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "memory must be a positive multiple of " + PAGE_SIZE + " bytes: " + length);
    }
    this.segment = segment;
    this.pageCount = (int) (length >> PAGE_SHIFT);
  }

  public int pageCount() {
    return pageCount;
  }

  MemorySegment segment() {
    return segment;
  }

  /** A view for one thread. */
  public PageReader reader() {
    return new PageReader(segment);
  }

  public void copyOut(int page, int count, MemorySegment target, long targetOffset) {
    MemorySegment.copy(segment, offset(page), target, targetOffset, (long) count << PAGE_SHIFT);
  }

  public void copyIn(MemorySegment source, long sourceOffset, int page, int count) {
    MemorySegment.copy(source, sourceOffset, segment, offset(page), (long) count << PAGE_SHIFT);
  }

  public void clear(int page) {
    MemorySegment.copy(Zeros.PAGE, 0, segment, offset(page), PAGE_SIZE);
  }

  static long offset(int page) {
    return (long) page << PAGE_SHIFT;
  }
}
