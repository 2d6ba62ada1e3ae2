package io.drover.config.units;

import java.time.Duration;

/**
 * How fast data moves.
 *
 * @param bytesPerSecond 0 = unlimited where it is a limit, unknown where it is a measurement
 */
public record DataRate(long bytesPerSecond) {
  public static final DataRate UNLIMITED = new DataRate(0);

  public DataRate {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException("rate must not be negative: " + bytesPerSecond);
    }
  }

  public boolean isUnlimited() {
    return bytesPerSecond == 0;
  }

  /** How long this many bytes take; {@link Duration#ZERO} when the rate is unknown. */
  public Duration timeFor(ByteSize size) {
    return isUnlimited()
        ? Duration.ZERO
        : Duration.ofNanos((long) (size.bytes() * 1e9 / bytesPerSecond));
  }

  @Override
  public String toString() {
    return isUnlimited() ? "unlimited" : new ByteSize(bytesPerSecond) + "/s";
  }
}
