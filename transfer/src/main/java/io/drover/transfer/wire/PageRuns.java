package io.drover.transfer.wire;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The body of {@link FrameKind#PAGES}: {@code count} runs of neighbouring pages, then a hash of 64
 * bits for each raw page, then the bytes of the raw pages, all in the same order. The frame's
 * checksum covers runs and hashes; the hashes, which both sides need anyway, cover the bytes.
 *
 * <pre>
 *   0 u32 first page
 *   4 u32 pages in the run; the highest bit says that their bytes follow, else they are zero
 * </pre>
 */
public final class PageRuns {
  public static final int ENTRY_LENGTH = 8;

  /** Runs in a batch: a bound for what both sides have to remember of it. */
  public static final int RUNS_LIMIT = 64;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int RAW = 1 << 31;
  private static final int PAGE_SHIFT = 12;

  private PageRuns() {}

  public static void put(
      MutableDirectBuffer buffer, int bodyOffset, int run, int page, int pages, boolean raw) {
    int entry = bodyOffset + run * ENTRY_LENGTH;
    buffer.putInt(entry, page, ORDER);
    buffer.putInt(entry + 4, raw ? pages | RAW : pages, ORDER);
  }

  public static void putHash(
      MutableDirectBuffer buffer, int bodyOffset, int runs, int rawPage, long hash) {
    buffer.putLong(bodyOffset + contentIndex(runs, rawPage), hash, ORDER);
  }

  /** Where the pages' bytes start in the body: as much of it is under the checksum. */
  public static int contentIndex(int runs, int rawPages) {
    return runs * ENTRY_LENGTH + rawPages * Long.BYTES;
  }

  public static int bodyLength(int runs, int rawPages) {
    return contentIndex(runs, rawPages) + (rawPages << PAGE_SHIFT);
  }

  public static long hash(FrameReader frame, int rawPage) {
    return frame.longAt(contentIndex(frame.count(), rawPage));
  }

  public static int rawPages(FrameReader frame) {
    int rawPages = 0;
    for (int i = 0; i < frame.count(); i++) {
      rawPages += isRaw(frame, i) ? pages(frame, i) : 0;
    }
    return rawPages;
  }

  public static int page(FrameReader frame, int run) {
    return frame.intAt(run * ENTRY_LENGTH);
  }

  public static int pages(FrameReader frame, int run) {
    return frame.intAt(run * ENTRY_LENGTH + 4) & ~RAW;
  }

  public static boolean isRaw(FrameReader frame, int run) {
    return (frame.intAt(run * ENTRY_LENGTH + 4) & RAW) != 0;
  }

  /**
   * Checks all of a batch but its pages' bytes, before anything of it is applied.
   *
   * @return what is wrong; empty when nothing is
   */
  public static String problem(FrameReader frame, int pageCount) {
    int runs = frame.count();
    if (runs <= 0 || runs > RUNS_LIMIT || runs * ENTRY_LENGTH > frame.bodyLength()) {
      return "batch of %d runs in %d bytes".formatted(runs, frame.bodyLength());
    }
    long rawPages = 0;
    for (int i = 0; i < runs; i++) {
      int page = page(frame, i);
      int pages = pages(frame, i);
      if (page < 0 || pages == 0 || pages > pageCount - page) {
        return "pages %d+%d are not within %d pages".formatted(page, pages, pageCount);
      }
      rawPages += isRaw(frame, i) ? pages : 0;
    }
    long checked = (long) runs * ENTRY_LENGTH + rawPages * Long.BYTES;
    long expected = checked + (rawPages << PAGE_SHIFT);
    return expected == frame.bodyLength() && checked == frame.checkedLength()
        ? ""
        : "batch body of %d bytes, %d checked; its runs need %d and %d"
            .formatted(frame.bodyLength(), frame.checkedLength(), expected, checked);
  }
}
