package io.drover.transfer.lane;

import io.drover.transfer.page.PageBitmap;
import io.drover.transfer.wire.PageRuns;

/**
 * Which pages were in the batches that the target has not applied yet, so that a broken stream
 * knows what to send again. Only numbers: the pages' bytes are read anew. One thread.
 */
final class BatchLog {
  private final int capacity;
  private final int[] counts;
  private final int[] pages;
  private final int[] lengths;
  private long applied;
  private long next = 1;

  BatchLog(int capacity) {
    this.capacity = capacity;
    this.counts = new int[capacity];
    this.pages = new int[capacity * PageRuns.RUNS_LIMIT];
    this.lengths = new int[capacity * PageRuns.RUNS_LIMIT];
  }

  /** The sequence of the batch that is appended next. */
  long nextSequence() {
    return next;
  }

  boolean isFull() {
    return next - applied > capacity;
  }

  boolean isAllApplied() {
    return applied == next - 1;
  }

  /** Remembers a batch of pages. */
  void append(BatchRuns runs) {
    int slot = slot(next++);
    counts[slot] = runs.count();
    for (int i = 0; i < runs.count(); i++) {
      pages[slot * PageRuns.RUNS_LIMIT + i] = runs.page(i);
      lengths[slot * PageRuns.RUNS_LIMIT + i] = runs.length(i);
    }
  }

  /** Remembers a batch that holds no pages. */
  void appendMark() {
    counts[slot(next++)] = 0;
  }

  /** Forgets batches up to this one; false when it was never sent. */
  boolean release(long sequence) {
    if (sequence >= next) {
      return false;
    }
    applied = Math.max(applied, sequence);
    return true;
  }

  /**
   * Takes back all batches after this one, and marks their pages.
   *
   * @return false when the sequence is none that the target can have come to
   */
  boolean rewind(long sequence, PageBitmap resend) {
    if (sequence < applied || sequence >= next) {
      return false;
    }
    for (long s = sequence + 1; s < next; s++) {
      int slot = slot(s);
      for (int i = 0; i < counts[slot]; i++) {
        int entry = slot * PageRuns.RUNS_LIMIT + i;
        resend.setRange(pages[entry], lengths[entry]);
      }
    }
    applied = sequence;
    next = sequence + 1;
    return true;
  }

  private int slot(long sequence) {
    return (int) (sequence % capacity);
  }
}
