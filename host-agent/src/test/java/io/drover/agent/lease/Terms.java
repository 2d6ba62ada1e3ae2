package io.drover.agent.lease;

import io.drover.agent.lease.WitnessList.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Terms that tests share. */
final class Terms {
  static final HostId HOST = HostId.parse("host-north-03-h1");
  static final Duration TTL = Duration.ofSeconds(6);

  private Terms() {}

  static WitnessList list(long version, String... ids) {
    return new WitnessList(
        version, Arrays.stream(ids).map(id -> new Witness(id, "127.0.0.1:1")).toList());
  }

  static LeaseTerms terms(long epoch, WitnessList active) {
    return new LeaseTerms(HOST, new Epoch(epoch), TTL, active, Optional.empty());
  }

  static LeaseTerms terms(long epoch, WitnessList active, WitnessList pending) {
    return new LeaseTerms(HOST, new Epoch(epoch), TTL, active, Optional.of(pending));
  }
}
