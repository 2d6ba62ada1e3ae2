package io.drover.transfer.lane;

import io.drover.transfer.wire.PageRuns;

/** The pages chosen for the next batch, as runs. Their bytes are read only when it is written. */
final class BatchRuns {
  private final int[] pages = new int[PageRuns.RUNS_LIMIT];
  private final int[] lengths = new int[PageRuns.RUNS_LIMIT];
  private final boolean[] raw = new boolean[PageRuns.RUNS_LIMIT];
  private final int rawPagesLimit;
  private int count;
  private int rawPages;
  private int zeroPages;

  BatchRuns(int rawPagesLimit) {
    this.rawPagesLimit = rawPagesLimit;
  }

  /** Adds one page, to the last run where it continues it; false when it does not fit any more. */
  boolean add(int page, boolean zero) {
    if (!zero && rawPages == rawPagesLimit) {
      return false;
    }
    int last = count - 1;
    if (last >= 0 && raw[last] != zero && pages[last] + lengths[last] == page) {
      lengths[last]++;
    } else if (count < PageRuns.RUNS_LIMIT) {
      pages[count] = page;
      lengths[count] = 1;
      raw[count] = !zero;
      count++;
    } else {
      return false;
    }
    if (zero) {
      zeroPages++;
    } else {
      rawPages++;
    }
    return true;
  }

  void clear() {
    count = 0;
    rawPages = 0;
    zeroPages = 0;
  }

  boolean isFull() {
    return rawPages == rawPagesLimit || count == PageRuns.RUNS_LIMIT;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  int page(int run) {
    return pages[run];
  }

  int length(int run) {
    return lengths[run];
  }

  boolean isRaw(int run) {
    return raw[run];
  }

  int rawPages() {
    return rawPages;
  }

  int zeroPages() {
    return zeroPages;
  }

  int bodyLength() {
    return PageRuns.bodyLength(count, rawPages);
  }
}
