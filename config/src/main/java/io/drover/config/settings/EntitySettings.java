package io.drover.config.settings;

import com.typesafe.config.Config;
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
 * @param relocationLimit restarts elsewhere within {@code restartWindow}; then a person has to look
 * @param snapshotEvery events between two snapshots of an entity
 * @param restAfter idle time after which an entity with nothing to do leaves memory
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
    int relocationLimit,
    int snapshotEvery,
    Duration restAfter) {
  private static final Section SECTION = new Section("drover.entities");

  public EntitySettings {
    SECTION.requirePositive("heartbeat-interval", heartbeatInterval);
    SECTION.requirePositive("order-deadline", orderDeadline);
    SECTION.requirePositive("order-retry", orderRetry);
    SECTION.requirePositive("leak-check-interval", leakCheckInterval);
    SECTION.requirePositive("placement-timeout", placementTimeout);
    SECTION.requirePositive("inventory-timeout", inventoryTimeout);
    SECTION.requirePositive("restart-window", restartWindow);
    SECTION.requirePositive("rest-after", restAfter);
    SECTION.require(
        sessionTimeout.compareTo(heartbeatInterval) > 0,
        "session-timeout",
        "longer than heartbeat-interval (" + heartbeatInterval + ")",
        sessionTimeout);
    SECTION.require(
        askTimeout.compareTo(placementTimeout) > 0,
        "ask-timeout",
        "longer than placement-timeout (" + placementTimeout + ")",
        askTimeout);
    SECTION.require(restartLimit >= 0, "restart-limit", "at least 0", restartLimit);
    SECTION.requireBetween("relocation-limit", 0, 16, relocationLimit);
    SECTION.require(snapshotEvery >= 1, "snapshot-every", "at least 1", snapshotEvery);
  }

  /**
   * Reads {@code drover.entities} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static EntitySettings from(Config root) {
    return SECTION.read(
        root,
        entities ->
            new EntitySettings(
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
                entities.getInt("relocation-limit"),
                entities.getInt("snapshot-every"),
                entities.getDuration("rest-after")));
  }
}
