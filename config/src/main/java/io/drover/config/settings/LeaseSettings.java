package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How a host is proven to be dead.
 *
 * @param ttl from the sending of the last request that a majority vouched for
 * @param heardWithin a host that a majority heard in this time is alive
 * @param revokeLead before the end of a silent host's lease
 * @param witnessTimeout for one answer
 * @param witnessReview how often a host looks whether its witnesses are good ones
 * @param unleasedSilence before a host without a lease is fenced by command
 * @param guardShare of an area's hosts; when more vanish at once nothing is fenced
 * @param guardHosts and at least so many
 * @param guardWindow what at once means
 */
public record LeaseSettings(
    boolean enabled,
    Duration ttl,
    Duration heardWithin,
    Duration revokeLead,
    Duration witnessTimeout,
    Duration witnessReview,
    Duration unleasedSilence,
    double guardShare,
    int guardHosts,
    Duration guardWindow) {
  private static final Duration LEAST_TTL = Duration.ofSeconds(2);
  private static final Duration MOST_TTL = Duration.ofSeconds(60);
  private static final Section SECTION = new Section("drover.lease");

  public LeaseSettings {
    SECTION.require(
        ttl.compareTo(LEAST_TTL) >= 0 && ttl.compareTo(MOST_TTL) <= 0, "ttl", "2s..60s", ttl);
    SECTION.requirePositive("heard-within", heardWithin);
    SECTION.requirePositive("revoke-lead", revokeLead);
    SECTION.requirePositive("witness-timeout", witnessTimeout);
    SECTION.requirePositive("witness-review", witnessReview);
    SECTION.requirePositive("unleased-silence", unleasedSilence);
    SECTION.requirePositive("guard-window", guardWindow);
    SECTION.require(
        revokeLead.plus(heardWithin).compareTo(ttl) < 0,
        "revoke-lead",
        "below ttl - heard-within",
        revokeLead);
    SECTION.require(guardShare > 0 && guardShare <= 1, "guard-share", "above 0..1", guardShare);
    SECTION.require(guardHosts >= 1, "guard-hosts", "at least 1", guardHosts);
  }

  /**
   * Reads {@code drover.lease} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static LeaseSettings from(Config root) {
    return SECTION.read(
        root,
        lease ->
            new LeaseSettings(
                lease.getBoolean("enabled"),
                lease.getDuration("ttl"),
                lease.getDuration("heard-within"),
                lease.getDuration("revoke-lead"),
                lease.getDuration("witness-timeout"),
                lease.getDuration("witness-review"),
                lease.getDuration("unleased-silence"),
                lease.getDouble("guard-share"),
                lease.getInt("guard-hosts"),
                lease.getDuration("guard-window")));
  }
}
