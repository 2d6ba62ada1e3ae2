package io.drover.agent.lease;

import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one witness knows of the hosts it vouches for. A revocation is on disk before it is
 * answered, and no vouch is given after it; nothing else is promised, and the disk is not asked for
 * a vouch.
 *
 * <p>Times are nanoseconds of one monotonic clock of the witness. Safe on any thread.
 */
public final class WitnessBook {
  /** Of hosts heard or revoked; further ones are not vouched for. */
  public static final int HOSTS_LIMIT = 200_000;

  /** After so long it does not matter any more when a host was heard. */
  static final Duration SILENCE_REMEMBERED = Duration.ofDays(1);

  private static final long SWEEP_INTERVAL_NS = Duration.ofHours(1).toNanos();

  private final Revocations revocations;
  private final long startNs;
  private final Map<HostId, Known> hosts = new ConcurrentHashMap<>();
  private final AtomicLong sweptNs;

  /** What is known of one host. */
  private record Known(Epoch revoked, OptionalLong vouchedNs) {
    private static final Known NOTHING = new Known(Epoch.NONE, OptionalLong.empty());

    private boolean isRevoked(Epoch epoch) {
      return !revoked.isBefore(epoch);
    }

    private Known vouchedAt(long nowNs) {
      long latest = vouchedNs.isPresent() ? Math.max(vouchedNs.getAsLong(), nowNs) : nowNs;
      return new Known(revoked, OptionalLong.of(latest));
    }

    private Known revoked(Epoch epoch) {
      return isRevoked(epoch) ? this : new Known(epoch, vouchedNs);
    }
  }

  /**
   * What a witness answers about an epoch.
   *
   * @param revoked durably, now or earlier
   * @param lastVouchAge since it last vouched for the host; since its own start when it does not
   *     know, for then it may have done so until just before
   */
  public record Answer(boolean revoked, Duration lastVouchAge) {}

  /**
   * Starts with what was revoked before.
   *
   * @param startNs of this witness
   */
  public WitnessBook(Revocations revocations, long startNs) {
    this.revocations = revocations;
    this.startNs = startNs;
    this.sweptNs = new AtomicLong(startNs);
    revocations
        .all()
        .forEach((host, epoch) -> hosts.put(host, new Known(epoch, OptionalLong.empty())));
  }

  /** Vouches, unless this epoch is revoked. */
  public boolean vouch(HostId host, Epoch epoch, long nowNs) {
    forgetSilent(nowNs);
    if (hosts.size() >= HOSTS_LIMIT && !hosts.containsKey(host)) {
      return false;
    }
    Known now =
        hosts.compute(
            host,
            (_, before) -> {
              Known known = before == null ? Known.NOTHING : before;
              return known.isRevoked(epoch) ? known : known.vouchedAt(nowNs);
            });
    return !now.isRevoked(epoch);
  }

  /**
   * Never vouches for this epoch, or one below it, again. Blocks for the disk.
   *
   * @throws RuntimeException when the revocation cannot be kept; it is not in force then
   */
  public Answer revoke(HostId host, Epoch epoch, long nowNs) {
    if (!known(host).isRevoked(epoch)) {
      revocations.record(host, epoch);
    }
    // Vouches given while the disk was written are in the age that is answered; none follows.
    Known now =
        hosts.compute(
            host, (_, before) -> (before == null ? Known.NOTHING : before).revoked(epoch));
    return answer(now, epoch, nowNs);
  }

  /** Answers, and revokes nothing. */
  public Answer look(HostId host, Epoch epoch, long nowNs) {
    return answer(known(host), epoch, nowNs);
  }

  private Answer answer(Known known, Epoch epoch, long nowNs) {
    long sinceNs = nowNs - known.vouchedNs.orElse(startNs);
    return new Answer(known.isRevoked(epoch), Duration.ofNanos(Math.max(0, sinceNs)));
  }

  private Known known(HostId host) {
    return hosts.getOrDefault(host, Known.NOTHING);
  }

  /** Bounds what is remembered of hosts that are gone; what was revoked stays. */
  private void forgetSilent(long nowNs) {
    long swept = sweptNs.get();
    if (nowNs - swept < SWEEP_INTERVAL_NS || !sweptNs.compareAndSet(swept, nowNs)) {
      return;
    }
    for (HostId host : hosts.keySet()) {
      hosts.computeIfPresent(
          host,
          (_, known) -> {
            boolean isSilent =
                known.vouchedNs.isPresent()
                    && nowNs - known.vouchedNs.getAsLong() > SILENCE_REMEMBERED.toNanos();
            if (!isSilent) {
              return known;
            }
            return known.revoked.equals(Epoch.NONE)
                ? null
                : new Known(known.revoked, OptionalLong.empty());
          });
    }
  }

  /** Hosts of which anything is known. */
  int size() {
    return hosts.size();
  }
}
