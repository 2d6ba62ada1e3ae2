package io.drover.config.units;

import java.util.Locale;

/**
 * An amount of memory or data.
 *
 * @param bytes 0 or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  public static final ByteSize ZERO = new ByteSize(0);
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("size must not be negative: " + bytes);
    }
  }

  public static ByteSize ofMib(long mib) {
    return new ByteSize(Math.multiplyExact(mib, MIB));
  }

  public ByteSize plus(ByteSize other) {
    return new ByteSize(Math.addExact(bytes, other.bytes));
  }

  /** Never below zero. */
  public ByteSize minus(ByteSize other) {
    return new ByteSize(Math.max(0, bytes - other.bytes));
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** For people: {@code 512 MiB}. */
  @Override
  public String toString() {
    if (bytes >= GIB) {
      return scaled(GIB, "GiB");
    }
    if (bytes >= MIB) {
      return scaled(MIB, "MiB");
    }
    return bytes >= KIB ? scaled(KIB, "KiB") : bytes + " B";
  }

  private String scaled(long unit, String name) {
    return bytes % unit == 0
        ? bytes / unit + " " + name
        : String.format(Locale.ROOT, "%.1f %s", bytes / (double) unit, name);
  }
}
