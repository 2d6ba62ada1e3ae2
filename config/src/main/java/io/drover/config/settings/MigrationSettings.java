package io.drover.config.settings;

import com.typesafe.config.Config;
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
  private static final Section SECTION = new Section("drover.migration");

  public MigrationSettings {
    SECTION.requirePositive("downtime-limit", downtimeLimit);
    SECTION.requirePositive("round-deadline", roundDeadline);
    SECTION.requirePositive("outage-budget", outageBudget);
    SECTION.requirePositive("host-lost-after", hostLostAfter);
    SECTION.requirePositive("host-check-interval", hostCheckInterval);
    SECTION.requirePositive("answer-deadline", answerDeadline);
    SECTION.requirePositive("step-retry", stepRetry);
    SECTION.requirePositive("queue-timeout", queueTimeout);
    SECTION.requirePositive("busy-retry", busyRetry);
    SECTION.requirePositive("target-backoff", targetBackoff);
    SECTION.requirePositive("prepare-deadline", prepareDeadline);
    SECTION.requirePositive("verify-deadline", verifyDeadline);
    SECTION.requirePositive("clean-deadline", cleanDeadline);
    SECTION.requirePositive("clean-kept", cleanKept);
    SECTION.requirePositive("recheck-interval", recheckInterval);
    SECTION.requirePositive("rest-after", restAfter);
    requireAtLeast("max-rounds", 2, maxRounds);
    requireAtLeast("plateau-rounds", 1, plateauRounds);
    requireAtLeast("target-attempts", 1, targetAttempts);
    requireAtLeast("verify-attempts", 1, verifyAttempts);
    requireAtLeast("clean-attempts", 1, cleanAttempts);
    requireAtLeast("recheck-limit", 0, recheckLimit);
    SECTION.require(
        stopAndCopyDeadline.compareTo(downtimeLimit) > 0,
        "stop-and-copy-deadline",
        "longer than downtime-limit (" + downtimeLimit + ")",
        stopAndCopyDeadline);
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
    return SECTION.read(
        root,
        migration ->
            new MigrationSettings(
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
                migration.getDuration("rest-after")));
  }

  private static void requireAtLeast(String key, int least, int value) {
    SECTION.require(value >= least, key, "at least " + least, value);
  }
}
