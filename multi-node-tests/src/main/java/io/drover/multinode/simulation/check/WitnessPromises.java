package io.drover.multinode.simulation.check;

import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.HashMap;
import java.util.Map;

/** Hears what witnesses answer: none vouches for a lease that it said to have revoked. */
final class WitnessPromises {
  private record Promise(String witness, HostId host) {}

  private final Violations violations;
  private final Map<Promise, Epoch> revoked = new HashMap<>();
  private long vouches;

  WitnessPromises(Violations violations) {
    this.violations = violations;
  }

  void vouched(String witness, HostId host, Epoch leaseEpoch) {
    vouches++;
    Epoch given = revoked.getOrDefault(new Promise(witness, host), Epoch.NONE);
    violations.require(
        given.isBefore(leaseEpoch),
        "%s vouches for lease epoch %s of %s after revoking %s"
            .formatted(witness, leaseEpoch, host, given));
  }

  void revoked(String witness, HostId host, Epoch leaseEpoch) {
    revoked.merge(new Promise(witness, host), leaseEpoch, (a, b) -> a.isBefore(b) ? b : a);
  }

  long vouches() {
    return vouches;
  }
}
