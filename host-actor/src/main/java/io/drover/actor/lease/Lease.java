package io.drover.actor.lease;

import io.drover.actor.CborSerializable;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lease of one host, as its journal tells it. A change of the witnesses takes two steps, so
 * that every extension of the lease and every revocation meet in one witness.
 *
 * <pre>
 * OFFERED ─held─▶ HELD ─revoking─▶ REVOKING ─revoked─▶ REVOKED ─opened (epoch + 1)─▶ OFFERED
 * </pre>
 *
 * @param pending proposed; the agent may not have it yet
 */
public record Lease(
    Epoch epoch, Duration ttl, WitnessList active, Optional<WitnessList> pending, Standing standing)
    implements CborSerializable {

  /** How far a lease has come. */
  public enum Standing {
    /** The agent has not said that it holds it: guests may run without a guard. */
    OFFERED,
    /** The agent held it once: from then on restartable guests end with it. */
    HELD,
    /** Witnesses were asked to revoke it. */
    REVOKING,
    /** A majority has revoked it: it cannot be extended any more. */
    REVOKED,
    /** The agent that is there now takes no leases. */
    CLOSED
  }

  public static Lease opened(Epoch epoch, Duration ttl, WitnessList witnesses) {
    return new Lease(epoch, ttl, witnesses, Optional.empty(), Standing.OFFERED);
  }

  /**
   * The same witnesses under a new epoch, after a revocation.
   *
   * @param known to the agent, which ignores a lower one
   */
  public Lease reopened(Duration nextTtl, Epoch known) {
    Epoch highest = epoch.isBefore(known) ? known : epoch;
    return opened(highest.next(), nextTtl, new WitnessList(lastVersion() + 1, active.witnesses()));
  }

  public Lease proposed(WitnessList next) {
    return new Lease(epoch, ttl, active, Optional.of(next), standing);
  }

  /** The pending list becomes the active one. */
  public Lease activated(long version) {
    WitnessList next =
        pending
            .filter(list -> list.version() == version)
            .orElseThrow(
                () -> new IllegalStateException("corrupt journal: no pending list " + version));
    return new Lease(epoch, ttl, next, Optional.empty(), standing);
  }

  public Lease now(Standing next) {
    return new Lease(epoch, ttl, active, pending, next);
  }

  public long lastVersion() {
    return pending.orElse(active).version();
  }

  /** Those of which each must have a majority. */
  public List<WitnessList> lists() {
    return Stream.concat(Stream.of(active), pending.stream()).toList();
  }

  /** Everybody in any of the lists, once. */
  public List<Witness> witnesses() {
    return lists().stream().flatMap(list -> list.witnesses().stream()).distinct().toList();
  }

  /** Whether the host is asked to hold it. */
  public boolean open() {
    return standing == Standing.OFFERED || standing == Standing.HELD;
  }

  /** Whether its end proves anything. */
  public boolean counts() {
    return standing == Standing.HELD
        || standing == Standing.REVOKING
        || standing == Standing.REVOKED;
  }

  /**
   * What an agent that takes leases is told: of a closed one, that it has no witness, so that its
   * guard rests. Empty while it is or was revoked.
   */
  public Optional<LeaseTerms> terms() {
    return switch (standing) {
      case OFFERED, HELD -> Optional.of(new LeaseTerms(epoch, ttl, active, pending));
      case CLOSED -> {
        WitnessList nobody = new WitnessList(lastVersion() + 1, List.of());
        yield Optional.of(new LeaseTerms(epoch, ttl, nobody, Optional.empty()));
      }
      case REVOKING, REVOKED -> Optional.empty();
    };
  }

  /** Whether the agent has something newer on its disk, and would ignore these terms. */
  public boolean isBehind(LeaseStatus status) {
    return epoch.isBefore(status.leaseEpoch())
        || (epoch.equals(status.leaseEpoch()) && active.version() < status.activeVersion());
  }

  /** Whether the agent has the pending list on its disk, so that it may become the active one. */
  public boolean mayActivate(LeaseStatus status) {
    return status.leaseEpoch().equals(epoch)
        && pending.filter(list -> list.version() == status.pendingVersion()).isPresent();
  }
}
