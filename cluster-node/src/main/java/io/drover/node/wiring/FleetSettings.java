package io.drover.node.wiring;

import com.typesafe.config.Config;
import io.drover.config.settings.AreaSettings;
import io.drover.config.settings.DrillSettings;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.ImageSettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.NodeSettings;
import io.drover.config.settings.SettingsException;
import io.drover.config.settings.WorkloadBurstSettings;
import java.time.Duration;

/** All settings of a control node. */
public record FleetSettings(
    NodeSettings node,
    AreaSettings areas,
    DrillSettings drills,
    EntitySettings entities,
    MigrationSettings migrations,
    MoveSettings moves,
    WorkloadBurstSettings workloadBurst,
    ImageSettings images,
    LeaseSettings leases,
    FencingSettings fencing) {
  public FleetSettings {
    Duration hold = areas.burst().hold();
    // Nodes count what is in their memory, and the VMs of a cell that moved are not before they are
    // asked for.
    if (hold.compareTo(entities.leakCheckInterval()) <= 0) {
      throw new SettingsException(
          "drover.area.burst.hold must be longer than drover.entities.leak-check-interval (%s): %s"
              .formatted(entities.leakCheckInterval(), hold));
    }
  }

  /**
   * Reads them.
   *
   * @throws io.drover.config.settings.SettingsException naming the key
   */
  public static FleetSettings from(Config root) {
    return new FleetSettings(
        NodeSettings.from(root),
        AreaSettings.from(root),
        DrillSettings.from(root),
        EntitySettings.from(root),
        MigrationSettings.from(root),
        MoveSettings.from(root),
        WorkloadBurstSettings.from(root),
        ImageSettings.from(root),
        LeaseSettings.from(root),
        FencingSettings.from(root));
  }
}
