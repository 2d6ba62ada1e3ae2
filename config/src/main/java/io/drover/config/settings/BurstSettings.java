package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * When an area has others run some of its cells.
 *
 * @param lowWater share of its nodes' limits above which it lends
 * @param highWater share below which cells come home, if they leave it there
 * @param hold how long either must have been so
 */
public record BurstSettings(double lowWater, double highWater, Duration hold) {
  private static final Section SECTION = new Section("drover.area.burst");

  public BurstSettings {
    SECTION.require(lowWater > 0 && lowWater <= 1, "low-water", "above 0, at most 1", lowWater);
    SECTION.require(
        highWater > 0 && highWater < lowWater,
        "high-water",
        "above 0, below low-water (" + lowWater + ")",
        highWater);
    SECTION.requirePositive("hold", hold);
  }

  static BurstSettings from(Config root) {
    return SECTION.read(
        root,
        burst ->
            new BurstSettings(
                burst.getDouble("low-water"),
                burst.getDouble("high-water"),
                burst.getDuration("hold")));
  }
}
