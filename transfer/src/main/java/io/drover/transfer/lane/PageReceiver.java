package io.drover.transfer.lane;

import io.drover.transfer.page.PageBitmap;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.PageReader;
import io.drover.transfer.page.PageTable;
import io.drover.transfer.page.Residency;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.FrameReader;
import io.drover.transfer.wire.PageRuns;
import org.jspecify.annotations.Nullable;

/**
 * Applies batches to the target's memory in their order, and knows its digest. What a batch says is
 * checked as a whole before any of it is written; the bytes of its pages are compared with their
 * hashes where they have come to, in memory. One thread.
 */
final class PageReceiver {
  /** What became of a batch. */
  enum Outcome {
    APPLIED,
    /** Not the next one: something was lost on the way. */
    GAP,
    /** Makes no sense; {@link #problem} says why. */
    CORRUPT
  }

  private static final int NOT_FINAL = 0;

  private final String name;
  private final PageMemory memory;
  private final PageReader reader;
  private final PageTable table;
  private final PageBitmap untrusted;
  private final long rescanPagesLimit;
  private long applied;
  private String problem = "";
  private @Nullable RangeScan rescan;
  private long finalSequence = NOT_FINAL;
  private long announcedHigh;
  private long announcedLow;

  /**
   * Expects fresh memory.
   *
   * @param rescanPagesLimit with at most this many pages of content, all are read again at the end
   */
  PageReceiver(String name, PageMemory memory, long token, long rescanPagesLimit) {
    this.name = name;
    this.memory = memory;
    this.reader = memory.reader();
    this.table = new PageTable(memory.pageCount(), token);
    this.untrusted = Residency.of(memory);
    this.rescanPagesLimit = rescanPagesLimit;
  }

  int pageCount() {
    return memory.pageCount();
  }

  /** The last batch that was applied. */
  long applied() {
    return applied;
  }

  String problem() {
    return problem;
  }

  Outcome accept(FrameReader frame) {
    if (frame.sequence() != applied + 1) {
      return Outcome.GAP;
    }
    if (finalSequence != NOT_FINAL) {
      return refuse("a batch came after the final one");
    }
    switch (frame.kind()) {
      case FrameKind.PAGES -> {
        String wrong = PageRuns.problem(frame, memory.pageCount());
        if (!wrong.isEmpty()) {
          return refuse(wrong);
        }
        int corrupt = apply(frame);
        if (corrupt != PageBitmap.NONE) {
          return refuse("page " + corrupt + " arrived corrupt");
        }
      }
      case FrameKind.LAST_ROUND -> beginRescan();
      case FrameKind.FINAL -> {
        if (frame.bodyLength() != 2 * Long.BYTES) {
          return refuse("final batch of " + frame.bodyLength() + " bytes");
        }
        finalSequence = frame.sequence();
        announcedHigh = frame.longAt(0);
        announcedLow = frame.longAt(Long.BYTES);
      }
      default -> {
        return refuse("frame of kind " + frame.kind() + " in the page lane");
      }
    }
    applied++;
    return Outcome.APPLIED;
  }

  private Outcome refuse(String why) {
    problem = why;
    return Outcome.CORRUPT;
  }

  /** Writes the pages; answers the first whose bytes are not what their hash says. */
  private int apply(FrameReader frame) {
    int contentIndex = PageRuns.contentIndex(frame.count(), PageRuns.rawPages(frame));
    int content = frame.segmentOffset(contentIndex);
    int rawPage = 0;
    for (int i = 0; i < frame.count(); i++) {
      int page = PageRuns.page(frame, i);
      int pages = PageRuns.pages(frame, i);
      if (PageRuns.isRaw(frame, i)) {
        memory.copyIn(frame.segment(), content, page, pages);
        content += pages << PageMemory.PAGE_SHIFT;
        for (int j = page; j < page + pages; j++) {
          long hash = reader.hash(j);
          if (hash != PageRuns.hash(frame, rawPage++)) {
            return j;
          }
          table.record(j, hash);
        }
      } else {
        for (int j = page; j < page + pages; j++) {
          clear(j);
        }
      }
    }
    return PageBitmap.NONE;
  }

  /** Leaves alone what is zero already: writing it would give it memory. */
  private void clear(int page) {
    boolean dirty = untrusted.get(page) && !reader.isZero(page);
    if (dirty || table.hashOf(page) != PageTable.ZERO_PAGE) {
      memory.clear(page);
      table.record(page, reader.content(page));
    }
    untrusted.clear(page);
  }

  private void beginRescan() {
    if (rescan == null && table.contentPages() <= rescanPagesLimit) {
      rescan = RangeScan.startTouched(name + "-rescan", memory, table);
    }
  }

  /** Whether the final batch is applied and memory was read again as far as it is to be. */
  boolean isComplete() {
    if (finalSequence == NOT_FINAL || (rescan != null && rescan.isRunning())) {
      return false;
    }
    if (rescan != null) {
      recordWhatDiffers(rescan.differing());
      rescan = null;
    }
    return true;
  }

  private void recordWhatDiffers(PageBitmap differing) {
    int page = differing.next(0);
    while (page != PageBitmap.NONE) {
      if (RangeScan.differs(reader, table, page)) {
        table.record(page, reader.content(page));
      }
      page = differing.next(page + 1);
    }
  }

  boolean isDigestAsAnnounced() {
    return table.digestHigh() == announcedHigh && table.digestLow() == announcedLow;
  }

  String announcedDigest() {
    return PageTable.digest(announcedHigh, announcedLow);
  }

  String digest() {
    return table.digest();
  }

  long digestHigh() {
    return table.digestHigh();
  }

  long digestLow() {
    return table.digestLow();
  }
}
