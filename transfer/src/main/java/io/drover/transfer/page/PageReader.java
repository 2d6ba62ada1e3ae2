package io.drover.transfer.page;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Looks at pages for one thread. Allocates nothing per page. */
public final class PageReader {
  /** A {@link ByteBuffer} ends at 2 GiB; guests do not. */
  private static final int CHUNK_SHIFT = 30;

  private static final long CHUNK_MASK = (1L << CHUNK_SHIFT) - 1;

  private final MemorySegment segment;
  private final ByteBuffer[] chunks;
  private final PageHasher hasher = new PageHasher();

  PageReader(MemorySegment segment) {
    this.segment = segment;
    long length = segment.byteSize();
    this.chunks = new ByteBuffer[(int) ((length + CHUNK_MASK) >> CHUNK_SHIFT)];
    for (int i = 0; i < chunks.length; i++) {
      long start = (long) i << CHUNK_SHIFT;
      chunks[i] = segment.asSlice(start, Math.min(CHUNK_MASK + 1, length - start)).asByteBuffer();
    }
  }

  public boolean isZero(int page) {
    long start = PageMemory.offset(page);
    return MemorySegment.mismatch(
            segment, start, start + PageMemory.PAGE_SIZE, Zeros.PAGE, 0, PageMemory.PAGE_SIZE)
        < 0;
  }

  /** The hash of the page's bytes, never {@link PageTable#ZERO_PAGE}, not even for zeros. */
  public long hash(int page) {
    long start = PageMemory.offset(page);
    return hasher.hash(chunks[(int) (start >> CHUNK_SHIFT)], (int) (start & CHUNK_MASK));
  }

  /** The hash that {@link PageTable} keeps of the page: {@link PageTable#ZERO_PAGE} for zeros. */
  public long content(int page) {
    return isZero(page) ? PageTable.ZERO_PAGE : hash(page);
  }
}
