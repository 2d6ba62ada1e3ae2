package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How areas look after themselves and each other.
 *
 * @param tick how often nodes report, and areas look and say who manages what
 * @param staleAfter a node that has reported nothing for so long has no room for anything
 * @param takeoverAfter how long an area has no control node before another one runs it
 * @param sweep how often an area wakes all its hosts
 * @param wakeBatch hosts woken at each tick
 */
public record AreaSettings(
    Duration tick,
    Duration staleAfter,
    Duration takeoverAfter,
    Duration sweep,
    int wakeBatch,
    BurstSettings burst) {
  private static final Section SECTION = new Section("drover.area");

  public AreaSettings {
    SECTION.requirePositive("tick", tick);
    SECTION.require(
        staleAfter.compareTo(tick) > 0,
        "stale-after",
        "longer than tick (" + tick + ")",
        staleAfter);
    SECTION.requirePositive("takeover-after", takeoverAfter);
    SECTION.requirePositive("sweep", sweep);
    SECTION.requireBetween("wake-batch", 1, 10_000, wakeBatch);
  }

  /**
   * Reads {@code drover.area} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static AreaSettings from(Config root) {
    return SECTION.read(
        root,
        area ->
            new AreaSettings(
                area.getDuration("tick"),
                area.getDuration("stale-after"),
                area.getDuration("takeover-after"),
                area.getDuration("sweep"),
                area.getInt("wake-batch"),
                BurstSettings.from(root)));
  }
}
