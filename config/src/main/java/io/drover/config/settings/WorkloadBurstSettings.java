package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How many VMs an area's hosts take in from other areas, and when those go home.
 *
 * @param keptFree share of the cpu and memory of an area's hosts that VMs of others leave free
 * @param homeFree share that must be free at home, with the VM in it, before it goes home
 * @param homeHold how long it must have been free
 * @param stay how long a VM is left where it is after it was placed, and after a failed move home
 * @param checkInterval how often a VM that is away asks whether it may go home
 * @param returnLimit VMs that go home to one area at a time
 */
public record WorkloadBurstSettings(
    double keptFree,
    double homeFree,
    Duration homeHold,
    Duration stay,
    Duration checkInterval,
    int returnLimit) {
  private static final Section SECTION = new Section("drover.workload-burst");
  private static final int LIMIT = 1000;

  public WorkloadBurstSettings {
    SECTION.require(keptFree >= 0 && keptFree < 1, "kept-free", "0 to below 1", keptFree);
    SECTION.require(homeFree > 0 && homeFree < 1, "home-free", "above 0, below 1", homeFree);
    SECTION.requirePositive("home-hold", homeHold);
    SECTION.requirePositive("stay", stay);
    SECTION.requirePositive("check-interval", checkInterval);
    SECTION.requireBetween("return-limit", 1, LIMIT, returnLimit);
  }

  /**
   * Reads {@code drover.workload-burst} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static WorkloadBurstSettings from(Config root) {
    return SECTION.read(
        root,
        burst ->
            new WorkloadBurstSettings(
                burst.getDouble("kept-free"),
                burst.getDouble("home-free"),
                burst.getDuration("home-hold"),
                burst.getDuration("stay"),
                burst.getDuration("check-interval"),
                burst.getInt("return-limit")));
  }
}
