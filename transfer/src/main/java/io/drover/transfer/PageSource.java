package io.drover.transfer;

import java.lang.foreign.MemorySegment;

/** A guest's memory as the sending side sees it. */
public interface PageSource {
  /**
   * All of RAM; its length is a multiple of 4,096 bytes. May be written by the guest at any time.
   * Other threads must be able to reach it: not of a confined arena.
   */
  MemorySegment memory();

  DirtyTracking tracking();

  /** How the pages written since they were last sent are found. */
  sealed interface DirtyTracking {
    /**
     * The hypervisor keeps an exact bitmap.
     *
     * @param collector called on the transfer's thread when a round starts and when it has ended
     */
    record Exact(Collector collector) implements DirtyTracking {}

    /** Nobody tracks: every page is hashed in each round and compared with what was last sent. */
    record ContentScan() implements DirtyTracking {}
  }

  /** Hands over an exact dirty bitmap. */
  @FunctionalInterface
  interface Collector {
    /**
     * Ors into {@code bitmap} (one bit per 4 KiB page, bit {@code i & 63} of word {@code i >> 6})
     * every page written since the last call, and clears its own. A page written after this returns
     * must show up in the next call. The first call of a transfer may report nothing: round 0 sends
     * every page anyway.
     */
    void collect(long[] bitmap);
  }
}
