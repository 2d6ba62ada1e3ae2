package io.drover.agent.lease;

import io.drover.agent.lease.WitnessList.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Under what a host holds its lease, as its {@code Host} entity has persisted it.
 *
 * @param epoch of the lease; not of the agent process, so that a restart keeps no revoked lease
 * @param ttl how long a lease lasts from the moment in which its vouches were asked for
 * @param pending while there is one, a majority of it is needed, too
 */
public record LeaseTerms(
    HostId host, Epoch epoch, Duration ttl, WitnessList active, Optional<WitnessList> pending) {
  /** Shorter than this, one late answer ends a lease. */
  public static final Duration TTL_MIN = Duration.ofMillis(500);

  /** Longer than this, nobody would wait for a lost host's lease. */
  public static final Duration TTL_MAX = Duration.ofMinutes(10);

  public LeaseTerms {
    if (epoch.equals(Epoch.NONE)) {
      throw new IllegalArgumentException("a lease has an epoch above 0");
    }
    boolean isAsked =
        !active.witnesses().isEmpty() && pending.stream().noneMatch(l -> l.witnesses().isEmpty());
    if (isAsked && (ttl.compareTo(TTL_MIN) < 0 || ttl.compareTo(TTL_MAX) > 0)) {
      throw new IllegalArgumentException(
          "a lease lasts %s to %s: %s".formatted(TTL_MIN, TTL_MAX, ttl));
    }
  }

  /** Whether a lease is asked for at all: without a witness nobody could ever vouch for it. */
  public boolean isAsked() {
    return lists().noneMatch(list -> list.witnesses().isEmpty());
  }

  /** Of all lists, each once. */
  public Set<Witness> witnesses() {
    Set<Witness> all = new LinkedHashSet<>();
    lists().map(WitnessList::witnesses).forEach(all::addAll);
    return all;
  }

  /**
   * Whether these come from before the others: of a lower epoch, or from before a list was proposed
   * or became the only one.
   */
  boolean isBefore(LeaseTerms others) {
    return host.equals(others.host)
        && (epoch.isBefore(others.epoch) || (isSameLease(others) && isOlderList(others)));
  }

  private boolean isOlderList(LeaseTerms others) {
    long newest = pending.orElse(active).version();
    long theirs = others.pending.orElse(others.active).version();
    return newest < theirs || (newest == theirs && active.version() < others.active.version());
  }

  /** Whether vouches for the one are vouches for the other: a host may have a new name. */
  boolean isSameLease(LeaseTerms others) {
    return host.equals(others.host) && epoch.equals(others.epoch);
  }

  Stream<WitnessList> lists() {
    return Stream.concat(Stream.of(active), pending.stream());
  }

  /** Those by which a majority of each list is counted. */
  List<WitnessList> all() {
    return lists().toList();
  }
}
