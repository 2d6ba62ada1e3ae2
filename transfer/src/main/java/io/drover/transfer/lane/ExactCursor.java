package io.drover.transfer.lane;

import io.drover.transfer.PageSource;
import io.drover.transfer.page.PageBitmap;

/**
 * Follows the hypervisor's own bitmap. It is also collected when a round has ended, to say how much
 * is left; those pages stay pending for the next round.
 */
final class ExactCursor implements DirtyCursor {
  private static final double NANOS = 1e9;

  private final PageSource.Collector collector;
  private final PageBitmap pending;
  private int from;
  private long collectedNs;
  private long remaining;
  private double rate;

  ExactCursor(PageSource.Collector collector, int pageCount) {
    this.collector = collector;
    this.pending = new PageBitmap(pageCount);
  }

  @Override
  public void begin(boolean first, boolean last) {
    from = 0;
    collectedNs = System.nanoTime();
    collector.collect(pending.words());
    if (first) {
      pending.setAll();
    }
  }

  @Override
  public int next() {
    int page = pending.next(from);
    if (page == PageBitmap.NONE) {
      return END;
    }
    pending.clear(page);
    from = page + 1;
    return page;
  }

  @Override
  public void end() {
    long sinceNs = Math.max(1, System.nanoTime() - collectedNs);
    collector.collect(pending.words());
    remaining = pending.cardinality();
    rate = remaining * NANOS / sinceNs;
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
