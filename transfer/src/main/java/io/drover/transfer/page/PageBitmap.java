package io.drover.transfer.page;

import java.util.Arrays;

/** One bit per page: bit {@code i & 63} of word {@code i >> 6}. One thread. */
public final class PageBitmap {
  /** What {@link #next} answers when there is none. */
  public static final int NONE = -1;

  private final long[] words;
  private final int pageCount;

  public PageBitmap(int pageCount) {
    this.pageCount = pageCount;
    this.words = new long[(pageCount + Long.SIZE - 1) / Long.SIZE];
  }

  /** The bits themselves, to be or-ed into. Bits past the last page are ignored. */
  public long[] words() {
    return words;
  }

  public void set(int page) {
    words[page >> 6] |= 1L << page;
  }

  public void setRange(int page, int count) {
    for (int i = page; i < page + count; i++) {
      set(i);
    }
  }

  public void setAll() {
    Arrays.fill(words, -1L);
  }

  public void clear(int page) {
    words[page >> 6] &= ~(1L << page);
  }

  public boolean get(int page) {
    return (words[page >> 6] & (1L << page)) != 0;
  }

  /** The first page at or after {@code from} that is set, or {@link #NONE}. */
  public int next(int from) {
    if (from >= pageCount) {
      return NONE;
    }
    int word = from >> 6;
    long bits = words[word] & (-1L << from);
    while (bits == 0) {
      if (++word == words.length) {
        return NONE;
      }
      bits = words[word];
    }
    int page = (word << 6) + Long.numberOfTrailingZeros(bits);
    return page < pageCount ? page : NONE;
  }

  public int cardinality() {
    int count = 0;
    for (int i = 0; i < words.length; i++) {
      count += Long.bitCount(i == words.length - 1 ? words[i] & lastMask() : words[i]);
    }
    return count;
  }

  private long lastMask() {
    int used = pageCount & (Long.SIZE - 1);
    return used == 0 ? -1L : (1L << used) - 1;
  }
}
