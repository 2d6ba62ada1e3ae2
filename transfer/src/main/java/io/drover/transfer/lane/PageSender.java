package io.drover.transfer.lane;

import io.drover.transfer.TransferException;
import io.drover.transfer.page.PageBitmap;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.PageReader;
import io.drover.transfer.page.PageTable;
import io.drover.transfer.wire.FrameKind;

/**
 * One round after the other, as a state machine that never blocks.
 *
 * <pre>
 *   IDLE ─round─▶ COPYING ─all sent─▶ AWAITING ─all applied─▶ IDLE
 *   IDLE ─final─▶ OPENING ─▶ COPYING ─all sent─▶ CLOSING ─▶ AWAITING ─READY─▶ IDLE
 * </pre>
 *
 * A resume goes back to COPYING (of the last round: to OPENING) with the pages to be sent again.
 */
final class PageSender {
  /** A {@link #doWork} that found the stream broken. */
  static final int BROKEN = -1;

  private static final int BATCHES_PER_CYCLE = 16;
  private static final int PAGES_PER_CYCLE = 2_048;
  private static final int NO_PAGE = -1;

  private enum Phase {
    IDLE,
    OPENING,
    COPYING,
    CLOSING,
    AWAITING
  }

  private final PageTable table;
  private final PageReader reader;
  private final DirtyCursor cursor;
  private final PageBitmap resend;
  private final BatchPublisher publisher;
  private final BatchLog log;
  private final TokenBucket bucket;
  private final BatchRuns runs;
  private Phase phase = Phase.IDLE;
  private boolean first = true;
  private boolean last;
  private boolean resending;
  private int round;
  private int heldBack = NO_PAGE;
  private int resendFrom;
  private long finalSequence;
  private long sentPages;
  private long zeroPages;
  // Written by the transfer's thread, read by any.
  private volatile long sentBytes;

  PageSender(
      PageMemory memory,
      PageTable table,
      DirtyCursor cursor,
      BatchPublisher publisher,
      BatchLog log,
      TokenBucket bucket) {
    this.table = table;
    this.reader = memory.reader();
    this.cursor = cursor;
    this.resend = new PageBitmap(memory.pageCount());
    this.publisher = publisher;
    this.log = log;
    this.bucket = bucket;
    this.runs = new BatchRuns(publisher.rawPagesLimit());
  }

  /** Starts the next round; the one before has ended. */
  void begin(boolean lastRound) {
    last = lastRound;
    sentPages = 0;
    zeroPages = 0;
    resending = false;
    cursor.begin(first, lastRound);
    phase = lastRound ? Phase.OPENING : Phase.COPYING;
  }

  boolean isIdle() {
    return phase == Phase.IDLE;
  }

  int round() {
    return round;
  }

  long sentPages() {
    return sentPages;
  }

  long zeroPages() {
    return zeroPages;
  }

  long sentBytes() {
    return sentBytes;
  }

  DirtyCursor cursor() {
    return cursor;
  }

  String digest() {
    return table.digest();
  }

  /** Some work, or {@link #BROKEN}. */
  int doWork() {
    return switch (phase) {
      case IDLE, AWAITING -> 0;
      case OPENING -> mark(FrameKind.LAST_ROUND, Phase.COPYING);
      case COPYING -> copy();
      case CLOSING -> {
        finalSequence = log.nextSequence();
        yield mark(FrameKind.FINAL, Phase.AWAITING);
      }
    };
  }

  private int mark(int kind, Phase next) {
    if (log.isFull()) {
      return 0;
    }
    int sent = publisher.sendMark(kind, log.nextSequence(), round);
    if (sent > 0) {
      log.appendMark();
      phase = next;
    }
    return Integer.signum(sent);
  }

  private int copy() {
    int work = 0;
    for (int i = 0; i < BATCHES_PER_CYCLE; i++) {
      if (runs.isEmpty()) {
        boolean ended = fill();
        if (runs.isEmpty() && ended) {
          phase = last ? Phase.CLOSING : Phase.AWAITING;
          completeIfApplied();
          return work + 1;
        }
        if (runs.isEmpty()) {
          return work + 1;
        }
      }
      if (log.isFull() || (!last && !bucket.isOpen())) {
        return work;
      }
      int sent = publisher.send(runs, log.nextSequence(), round);
      if (sent <= 0) {
        return sent == BatchPublisher.BROKEN ? BROKEN : work;
      }
      onSent(sent);
      work++;
    }
    return work;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void onSent(int length) {
    log.append(runs);
    sentPages += runs.rawPages();
    zeroPages += runs.zeroPages();
    sentBytes += length;
    bucket.spend(length);
    runs.clear();
  }

  /** Chooses pages for a batch; true when the round has no more. */
  private boolean fill() {
    for (int i = 0; i < PAGES_PER_CYCLE && !runs.isFull(); i++) {
      int page = heldBack != NO_PAGE ? heldBack : nextPage();
      heldBack = NO_PAGE;
      if (page == DirtyCursor.END || page == DirtyCursor.LATER) {
        return page == DirtyCursor.END;
      }
      boolean zero = reader.isZero(page);
      boolean known = zero && table.hashOf(page) == PageTable.ZERO_PAGE;
      if (known && !first && !resend.get(page)) {
        continue;
      }
      if (!runs.add(page, zero)) {
        heldBack = page;
        return false;
      }
      resend.clear(page);
    }
    return false;
  }

  private int nextPage() {
    if (!resending) {
      int page = cursor.next();
      if (page != DirtyCursor.END) {
        return page;
      }
      resending = true;
      resendFrom = 0;
    }
    int page = resend.next(resendFrom);
    if (page == PageBitmap.NONE) {
      return DirtyCursor.END;
    }
    resendFrom = page + 1;
    return page;
  }

  /** The target has applied all batches up to this one. */
  void onApplied(long sequence) throws TransferException {
    if (!log.release(sequence)) {
      throw new TransferException(
          "the target acknowledged batch %d, %d were sent"
              .formatted(sequence, log.nextSequence() - 1));
    }
    completeIfApplied();
  }

  private void completeIfApplied() {
    if (phase == Phase.AWAITING && !last && log.isAllApplied()) {
      cursor.end();
      complete();
    }
  }

  private void complete() {
    phase = Phase.IDLE;
    first = false;
    round++;
  }

  /** A new connection: the target goes on after this batch. */
  void onWelcome(long sequence) throws TransferException {
    long next = log.nextSequence();
    if (!log.rewind(sequence, resend)) {
      throw new TransferException(
          "the target resumes after batch %d, %d were sent".formatted(sequence, next - 1));
    }
    resendFrom = 0;
    if (phase == Phase.IDLE || (finalSequence > 0 && sequence >= finalSequence)) {
      return;
    }
    finalSequence = 0;
    phase = last ? Phase.OPENING : Phase.COPYING;
  }

  /**
   * The target has applied the final batch and says what its memory is.
   *
   * @throws TransferException when it is not what was sent, or when nobody asked
   */
  void onReady(long high, long low) throws TransferException {
    if (phase == Phase.IDLE && last) {
      return; // said again after a resume
    }
    if (phase != Phase.AWAITING || !last) {
      throw new TransferException("the target is ready before the final batch was sent");
    }
    String theirs = PageTable.digest(high, low);
    if (!theirs.equals(table.digest())) {
      throw new TransferException(
          "digest differs: source %s, target %s".formatted(table.digest(), theirs));
    }
    complete();
  }
}
