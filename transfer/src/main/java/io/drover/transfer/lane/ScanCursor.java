package io.drover.transfer.lane;

import io.drover.transfer.page.PageBitmap;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.PageReader;
import io.drover.transfer.page.PageTable;
import org.jspecify.annotations.Nullable;

/**
 * Finds what nobody tracks: hashes every page and compares it with what was last sent. What is left
 * after a round is an estimate: after the first, from a sample of pages hashed once more; after
 * each later one, the rate at which pages were found changed since the scan before, over the
 * duration of this round, and never more pages than were found.
 */
final class ScanCursor implements DirtyCursor {
  /** Pages looked at between two looks at the network. */
  private static final int PAGES_PER_CALL = 512;

  private static final int SAMPLE = 2_048;
  private static final double NANOS = 1e9;

  private final String name;
  private final PageMemory memory;
  private final PageReader reader;
  private final PageTable table;
  private boolean first;
  private int from;
  private int until;
  private @Nullable RangeScan upperHalf;
  private @Nullable PageBitmap found;
  private long previousBeginNs;
  private long beginNs;
  private long changed;
  private long remaining;
  private double rate;

  ScanCursor(String name, PageMemory memory, PageTable table) {
    this.name = name;
    this.memory = memory;
    this.reader = memory.reader();
    this.table = table;
  }

  @Override
  public void begin(boolean first, boolean last) {
    this.first = first;
    from = 0;
    until = memory.pageCount();
    changed = 0;
    previousBeginNs = beginNs;
    beginNs = System.nanoTime();
    upperHalf = null;
    found = null;
    if (last && !first) {
      until = memory.pageCount() / 2;
      upperHalf = RangeScan.start(name + "-scan", memory, table, until, memory.pageCount());
    }
  }

  @Override
  public int next() {
    if (first) {
      return from < until ? from++ : END;
    }
    for (int i = 0; i < PAGES_PER_CALL && from < until; i++) {
      int page = from++;
      if (isDue(page)) {
        changed++;
        return page;
      }
    }
    return from < until ? LATER : nextOfUpperHalf();
  }

  private boolean isDue(int page) {
    return found != null ? found.get(page) : RangeScan.differs(reader, table, page);
  }

  private int nextOfUpperHalf() {
    RangeScan scan = upperHalf;
    if (scan == null) {
      return END;
    }
    if (scan.isRunning()) {
      return LATER;
    }
    upperHalf = null;
    found = scan.differing();
    until = memory.pageCount();
    return LATER;
  }

  @Override
  public void end() {
    long nowNs = System.nanoTime();
    if (first) {
      int step = Math.max(1, memory.pageCount() / SAMPLE);
      int looked = 0;
      int differing = 0;
      for (int page = step / 2; page < memory.pageCount(); page += step) {
        looked++;
        differing += RangeScan.differs(reader, table, page) ? 1 : 0;
      }
      remaining = (long) differing * memory.pageCount() / Math.max(1, looked);
      rate = remaining * NANOS / Math.max(1, nowNs - beginNs);
    } else {
      rate = changed * NANOS / Math.max(1, beginNs - previousBeginNs);
      remaining = Math.min(changed, (long) Math.ceil(rate * (nowNs - beginNs) / NANOS));
    }
  }

  @Override
  public long remainingPages() {
    return remaining;
  }

  @Override
  public double dirtyPagesPerSecond() {
    return rate;
  }
}
