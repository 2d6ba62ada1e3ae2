package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How many VMs move at a time, whoever asked for it, and how a drain goes about it.
 *
 * @param perHost migrations into one host, and those that a drain has under way off its host
 * @param perArea migrations into the hosts of one area
 * @param checkInterval how often a drain looks how its migrations go, and what is left
 * @param retry before a VM that could not be moved is tried again; doubles with each attempt
 * @param retryMax the longest such wait
 * @param attemptLimit migrations that a drain starts of one VM; after them it needs a person
 * @param idleLimit a drain that could move nothing for so long ends, and says what is left
 */
public record MoveSettings(
    int perHost,
    int perArea,
    Duration checkInterval,
    Duration retry,
    Duration retryMax,
    int attemptLimit,
    Duration idleLimit) {
  private static final Section SECTION = new Section("drover.moves");
  private static final int LIMIT = 1000;

  public MoveSettings {
    SECTION.requireBetween("per-host", 1, LIMIT, perHost);
    SECTION.requireBetween("per-area", 1, LIMIT, perArea);
    SECTION.requirePositive("check-interval", checkInterval);
    SECTION.requirePositive("retry", retry);
    SECTION.requirePositive("retry-max", retryMax);
    SECTION.requireBetween("attempt-limit", 1, LIMIT, attemptLimit);
    SECTION.requirePositive("idle-limit", idleLimit);
  }

  /** How long a VM waits after so many attempts. */
  public Duration retryAfter(int attempts) {
    Duration wait = retry;
    for (int i = 1; i < attempts && wait.compareTo(retryMax) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return wait.compareTo(retryMax) < 0 ? wait : retryMax;
  }

  /**
   * Reads {@code drover.moves} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static MoveSettings from(Config root) {
    return SECTION.read(
        root,
        moves ->
            new MoveSettings(
                moves.getInt("per-host"),
                moves.getInt("per-area"),
                moves.getDuration("check-interval"),
                moves.getDuration("retry"),
                moves.getDuration("retry-max"),
                moves.getInt("attempt-limit"),
                moves.getDuration("idle-limit")));
  }
}
