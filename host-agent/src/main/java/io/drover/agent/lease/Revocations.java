package io.drover.agent.lease;

import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.Map;

/** What a witness must never forget. Safe on any thread. */
public interface Revocations {
  /** The highest lease epoch revoked of each host, as it is on disk. */
  Map<HostId, Epoch> all();

  /**
   * Returns once it is on disk that this epoch and all below it are revoked; one that is not above
   * what is there changes nothing.
   *
   * @throws RuntimeException when that cannot be done: nothing was promised then
   */
  void record(HostId host, Epoch epoch);
}
