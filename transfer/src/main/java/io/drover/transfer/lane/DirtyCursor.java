package io.drover.transfer.lane;

/** Walks over the pages that a round has to look at. Called by the transfer's thread. */
sealed interface DirtyCursor permits ExactCursor, ScanCursor {
  /** No page left in this round. */
  int END = -1;

  /** No page known yet; ask again. */
  int LATER = -2;

  /**
   * Starts a round.
   *
   * @param first every page is due
   * @param last the guest is paused, nothing else needs the CPU
   */
  void begin(boolean first, boolean last);

  /** The next page that may have to be sent, or {@link #END}, or {@link #LATER}. */
  int next();

  /** Ends a round that is applied: finds out what is dirty now. */
  void end();

  /** Pages dirty when the round ended: exact, or an estimate. */
  long remainingPages();

  double dirtyPagesPerSecond();
}
