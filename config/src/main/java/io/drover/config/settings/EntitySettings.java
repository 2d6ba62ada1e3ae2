package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * Limits of the control-plane entities: how long they wait, how often they try.
 *
 * @param askTimeout after it the outcome of a request is unknown
 * @param heartbeatInterval asked of agents
 * @param sessionTimeout without a heartbeat for so long, a session is over
 * @param orderDeadline of an order that has no deadline of its own
 * @param orderRetry after which an order without an answer, or a failed stop, is tried again
 * @param leakCheckInterval how often owners are asked whether they need their claims
 * @param placementTimeout how long a VM waits for the scheduler
 * @param inventoryTimeout how long a scheduler waits for hosts to say what they have
 * @param restartLimit restarts of a lost guest within {@code restartWindow}; one more and it failed
 * @param snapshotEvery events between two snapshots of an entity
 */
public record EntitySettings(
    Duration askTimeout,
    Duration heartbeatInterval,
    Duration sessionTimeout,
    Duration orderDeadline,
    Duration orderRetry,
    Duration leakCheckInterval,
    Duration placementTimeout,
    Duration inventoryTimeout,
    int restartLimit,
    Duration restartWindow,
    int snapshotEvery) {
  private static final String SECTION = "drover.entities";

  public EntitySettings {
    if (sessionTimeout.compareTo(heartbeatInterval) <= 0) {
      throw new SettingsException(
          "%s.session-timeout (%s) must be longer than heartbeat-interval (%s)"
              .formatted(SECTION, sessionTimeout, heartbeatInterval));
    }
    if (askTimeout.compareTo(placementTimeout) <= 0) {
      throw new SettingsException(
          "%s.ask-timeout (%s) must be longer than placement-timeout (%s)"
              .formatted(SECTION, askTimeout, placementTimeout));
    }
    if (restartLimit < 0 || snapshotEvery < 1) {
      throw new SettingsException(
          "%s.restart-limit must not be negative, snapshot-every at least 1: %d, %d"
              .formatted(SECTION, restartLimit, snapshotEvery));
    }
  }

  /**
   * Reads {@code drover.entities} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static EntitySettings from(Config root) {
    try {
      Config entities = root.getConfig(SECTION);
      return new EntitySettings(
          entities.getDuration("ask-timeout"),
          entities.getDuration("heartbeat-interval"),
          entities.getDuration("session-timeout"),
          entities.getDuration("order-deadline"),
          entities.getDuration("order-retry"),
          entities.getDuration("leak-check-interval"),
          entities.getDuration("placement-timeout"),
          entities.getDuration("inventory-timeout"),
          entities.getInt("restart-limit"),
          entities.getDuration("restart-window"),
          entities.getInt("snapshot-every"));
    } catch (ConfigException e) {
      throw new SettingsException(SECTION + ": " + e.getMessage(), e);
    }
  }
}
