package io.drover.transfer.lane;

import io.drover.transfer.page.PageBitmap;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.PageReader;
import io.drover.transfer.page.PageTable;
import io.drover.transfer.page.Residency;
import org.jspecify.annotations.Nullable;

/**
 * Compares a range of pages with the table, on a thread of its own that ends with the range. Pages
 * that are written meanwhile may be reported although they are sound: whoever reads the result
 * looks at those again.
 */
final class RangeScan implements Runnable {
  private final PageReader reader;
  private final PageTable table;
  private final int from;
  private final int until;
  private final PageBitmap resident;
  private final PageBitmap differing;
  // Written last by the scanning thread: makes its bits visible to who reads false.
  private volatile boolean running = true;
  private volatile @Nullable Throwable failure;

  private RangeScan(PageMemory memory, PageTable table, PageBitmap resident, int from, int until) {
    this.resident = resident;
    this.reader = memory.reader();
    this.table = table;
    this.from = from;
    this.until = until;
    this.differing = new PageBitmap(memory.pageCount());
  }

  /** Compares every page of the range. */
  static RangeScan start(String name, PageMemory memory, PageTable table, int from, int until) {
    PageBitmap all = new PageBitmap(memory.pageCount());
    all.setAll();
    return start(name, new RangeScan(memory, table, all, from, until));
  }

  /** Compares all pages but those that are zero because nobody ever touched them. */
  static RangeScan startTouched(String name, PageMemory memory, PageTable table) {
    PageBitmap resident = Residency.of(memory);
    return start(name, new RangeScan(memory, table, resident, 0, memory.pageCount()));
  }

  private static RangeScan start(String name, RangeScan scan) {
    Thread.ofPlatform().daemon().name(name).start(scan);
    return scan;
  }

  /** Whether the page is not what the table says. */
  static boolean differs(PageReader reader, PageTable table, int page) {
    long hash = table.hashOf(page);
    return hash == PageTable.ZERO_PAGE ? !reader.isZero(page) : reader.hash(page) != hash;
  }

  @Override
  public void run() {
    try {
      for (int page = from; page < until; page++) {
        boolean touched = resident.get(page) || table.hashOf(page) != PageTable.ZERO_PAGE;
        if (touched && differs(reader, table, page)) {
          differing.set(page);
        }
      }
    } catch (RuntimeException | Error e) { // an Error is what a fault in mapped memory comes as
      failure = e;
    } finally {
      running = false;
    }
  }

  boolean isRunning() {
    return running;
  }

  /** Of a scan that has ended. */
  PageBitmap differing() {
    Throwable cause = failure;
    if (cause != null) {
      throw new IllegalStateException("memory could not be scanned", cause);
    }
    return differing;
  }
}
