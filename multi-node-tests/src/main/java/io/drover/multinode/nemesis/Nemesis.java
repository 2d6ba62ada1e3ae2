package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** One fault, aimed. */
public interface Nemesis {
  /** Of which kind it is, {@code kill-agent}. */
  String kind();

  /** What it is done to, and how much of it. */
  String target();

  void inject(Fleet fleet);

  /** Nothing of it is left when this returns, though the fleet may need longer. */
  default void heal(Fleet fleet) {
    fleet.heal();
  }

  /** Hosts whose VMs may be started anew because of it, by the harness's names. */
  default Set<String> mayRestartOn() {
    return Set.of();
  }

  /** Within which guests have effects again, wherever; empty when only after the healing. */
  default Optional<Duration> guestsWithin() {
    return Optional.empty();
  }
}
