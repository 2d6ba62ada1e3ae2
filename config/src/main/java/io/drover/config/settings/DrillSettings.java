package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How an area's failover is tried.
 *
 * @param interval between two looks, and two operations of each cell
 * @param limit for each of the two ways
 */
public record DrillSettings(Duration interval, Duration limit) {
  private static final Section SECTION = new Section("drover.area.drill");
  private static final Duration LONGEST = Duration.ofMinutes(30);

  public DrillSettings {
    SECTION.requirePositive("interval", interval);
    SECTION.require(
        limit.compareTo(interval) > 0 && limit.compareTo(LONGEST) <= 0,
        "limit",
        "longer than interval (" + interval + "), and at most " + LONGEST,
        limit);
  }

  /**
   * Reads {@code drover.area.drill} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static DrillSettings from(Config root) {
    return SECTION.read(
        root,
        drill -> new DrillSettings(drill.getDuration("interval"), drill.getDuration("limit")));
  }
}
