package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A whole host dies and stays dead for longer than any lease. */
record PowerOff(String target) implements Nemesis {
  /** Lease, revocation, new grants and boot, on a machine that is busy with much else. */
  private static final Duration RESTARTED_WITHIN = Duration.ofSeconds(24);

  @Override
  public String kind() {
    return "power-off";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.powerOff(target);
  }

  @Override
  public Set<String> mayRestartOn() {
    return Set.of(target);
  }

  @Override
  public Optional<Duration> guestsWithin() {
    return Optional.of(RESTARTED_WITHIN);
  }
}
