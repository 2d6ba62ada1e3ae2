package io.drover.transfer.page;

import java.util.HexFormat;

/**
 * What each page holds, as one side knows it, and the digest over all of them. The source records
 * what it sent, the target what its memory holds after the write; when both are done the digests
 * are equal, or a page was lost, misplaced or is stale.
 *
 * <p>The digest is a sum of 128 bits over {@code mix(page, hash)}, so that changing one page costs
 * one subtraction and one addition, in any order. One thread records; {@link #hashOf} may be read
 * by another, which may then see the value before.
 */
public final class PageTable {
  /**
   * The hash of a page of zeros; adds nothing to the digest, so that fresh memory needs no pass.
   */
  public static final long ZERO_PAGE = 0;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final HexFormat HEX = HexFormat.of();

  private final long[] hashes;
  private final long seed;
  private long high;
  private long low;
  private int contentPages;

  /**
   * Starts with zeros everywhere.
   *
   * @param seed the transfer's token, so that no two transfers sum up alike
   */
  public PageTable(int pageCount, long seed) {
    this.hashes = new long[pageCount];
    this.seed = seed;
  }

  public int pageCount() {
    return hashes.length;
  }

  public long hashOf(int page) {
    return hashes[page];
  }

  /** How many pages are not zero. */
  public int contentPages() {
    return contentPages;
  }

  public void record(int page, long hash) {
    long old = hashes[page];
    if (old == hash) {
      return;
    }
    if (old == ZERO_PAGE) {
      contentPages++;
    } else {
      low -= mix(old + seed, page);
      high -= mix(old ^ seed, ~(long) page);
    }
    if (hash == ZERO_PAGE) {
      contentPages--;
    } else {
      low += mix(hash + seed, page);
      high += mix(hash ^ seed, ~(long) page);
    }
    hashes[page] = hash;
  }

  public long digestHigh() {
    return high;
  }

  public long digestLow() {
    return low;
  }

  /** 32 hex digits. */
  public String digest() {
    return digest(high, low);
  }

  public static String digest(long high, long low) {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }

  /** Two rounds of the SplitMix64 finalizer: every bit of page and hash reaches every bit. */
  private static long mix(long hash, long page) {
    return finish(finish(hash) + page * GOLDEN);
  }

  private static long finish(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
