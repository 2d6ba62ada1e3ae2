package io.drover.multinode.simulation.check;

import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Hears what witnesses answer: none vouches for a lease that it said to have revoked. */
final class WitnessPromises {
  private record Promise(String witness, HostId host) {}

  private record Vouch(String witness, HostId host, Epoch leaseEpoch) {}

  private final Violations violations;
  private final Map<Promise, Epoch> revoked = new HashMap<>();
  private final Map<Vouch, Duration> newest = new HashMap<>();
  private long vouches;

  WitnessPromises(Violations violations) {
    this.violations = violations;
  }

  void vouched(String witness, HostId host, Epoch leaseEpoch, Duration now) {
    vouches++;
    newest.put(new Vouch(witness, host, leaseEpoch), now);
    Epoch given = revoked.getOrDefault(new Promise(witness, host), Epoch.NONE);
    violations.require(
        given.isBefore(leaseEpoch),
        "%s vouches for lease epoch %s of %s after revoking %s"
            .formatted(witness, leaseEpoch, host, given));
  }

  void revoked(String witness, HostId host, Epoch leaseEpoch) {
    revoked.merge(new Promise(witness, host), leaseEpoch, (a, b) -> a.isBefore(b) ? b : a);
  }

  /** When this witness vouched last for that lease; empty when it never did. */
  Optional<Duration> newest(String witness, HostId host, Epoch leaseEpoch) {
    return Optional.ofNullable(newest.get(new Vouch(witness, host, leaseEpoch)));
  }

  long vouches() {
    return vouches;
  }
}
