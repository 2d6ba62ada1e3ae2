package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;

/**
 * Limits of live migrations; unit and reason of each stand in {@code reference.conf}.
 *
 * @param downtimeLimit predicted blackout at or below which the source is stopped, unless a request
 *     has its own
 * @param maxRounds of pre-copy; one more and it does not converge
 * @param plateauRounds without a better prediction; then it does not converge
 * @param roundDeadline silence of the source in pre-copy
 * @param outageBudget how long a broken stream may take to come back in pre-copy
 * @param hostLostAfter how long the source may be without a session in pre-copy
 * @param hostCheckInterval how often the source is looked at in pre-copy
 * @param answerDeadline of another entity
 * @param stepRetry after which a step without an answer is asked for again
 * @param queueTimeout without a target, or a turn at source and target
 * @param busyRetry when no host has room now
 * @param targetBackoff after the first failed target; doubles
 * @param targetAttempts failed targets; one more and it rolls back
 * @param cleanDeadline of one attempt to abort or remove something
 * @param cleanAttempts of that
 * @param cleanKept how long the host keeps such an order after the migration is over
 * @param recheckInterval of a migration that needs an operator
 * @param recheckLimit of that
 * @param restAfter how long an entity stays in memory when it is over
 */
public record MigrationSettings(
    Duration downtimeLimit,
    int maxRounds,
    int plateauRounds,
    Duration roundDeadline,
    Duration outageBudget,
    Duration hostLostAfter,
    Duration hostCheckInterval,
    Duration answerDeadline,
    Duration stepRetry,
    Duration queueTimeout,
    Duration busyRetry,
    Duration targetBackoff,
    int targetAttempts,
    Duration prepareDeadline,
    Duration stopAndCopyDeadline,
    Duration verifyDeadline,
    int verifyAttempts,
    Duration cleanDeadline,
    int cleanAttempts,
    Duration cleanKept,
    Duration recheckInterval,
    int recheckLimit,
    Duration restAfter) {
  private static final String SECTION = "drover.migration";

  public MigrationSettings {
    requirePositive("downtime-limit", downtimeLimit);
    requirePositive("step-retry", stepRetry);
    requirePositive("host-check-interval", hostCheckInterval);
    requirePositive("recheck-interval", recheckInterval);
    requireAtLeast("max-rounds", maxRounds, 2);
    requireAtLeast("plateau-rounds", plateauRounds, 1);
    requireAtLeast("target-attempts", targetAttempts, 1);
    requireAtLeast("verify-attempts", verifyAttempts, 1);
    requireAtLeast("clean-attempts", cleanAttempts, 1);
    if (stopAndCopyDeadline.compareTo(downtimeLimit) <= 0) {
      throw new SettingsException(
          "%s.stop-and-copy-deadline (%s) must be longer than downtime-limit (%s)"
              .formatted(SECTION, stopAndCopyDeadline, downtimeLimit));
    }
  }

  /** {@code drover.migration} as {@code reference.conf} and nothing else says. */
  public static MigrationSettings defaults() {
    return from(ConfigFactory.defaultReference());
  }

  /**
   * Reads {@code drover.migration} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static MigrationSettings from(Config root) {
    try {
      Config migration = root.getConfig(SECTION);
      return new MigrationSettings(
          migration.getDuration("downtime-limit"),
          migration.getInt("max-rounds"),
          migration.getInt("plateau-rounds"),
          migration.getDuration("round-deadline"),
          migration.getDuration("outage-budget"),
          migration.getDuration("host-lost-after"),
          migration.getDuration("host-check-interval"),
          migration.getDuration("answer-deadline"),
          migration.getDuration("step-retry"),
          migration.getDuration("queue-timeout"),
          migration.getDuration("busy-retry"),
          migration.getDuration("target-backoff"),
          migration.getInt("target-attempts"),
          migration.getDuration("prepare-deadline"),
          migration.getDuration("stop-and-copy-deadline"),
          migration.getDuration("verify-deadline"),
          migration.getInt("verify-attempts"),
          migration.getDuration("clean-deadline"),
          migration.getInt("clean-attempts"),
          migration.getDuration("clean-kept"),
          migration.getDuration("recheck-interval"),
          migration.getInt("recheck-limit"),
          migration.getDuration("rest-after"));
    } catch (ConfigException e) {
      throw new SettingsException(SECTION + ": " + e.getMessage(), e);
    }
  }

  private static void requirePositive(String key, Duration value) {
    if (value.compareTo(Duration.ZERO) <= 0) {
      throw new SettingsException("%s.%s must be above 0: %s".formatted(SECTION, key, value));
    }
  }

  private static void requireAtLeast(String key, int value, int least) {
    if (value < least) {
      throw new SettingsException(
          "%s.%s must be at least %d: %d".formatted(SECTION, key, least, value));
    }
  }
}
