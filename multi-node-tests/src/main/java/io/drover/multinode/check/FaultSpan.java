package io.drover.multinode.check;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A fault that was injected and healed.
 *
 * @param kind of the nemesis, {@code kill-agent}
 * @param target what it was done to, for people
 * @param mayRestartOn hosts whose VMs may be restarted because of it, by the harness's names
 * @param guestsWithin how long guests may be silent, healed or not; empty when only healing helps
 * @param readyNs when every process was ready again
 * @param endNs when the next fault began or the run ended: until then things are its consequences
 */
public record FaultSpan(
    String kind,
    String target,
    Set<String> mayRestartOn,
    Optional<Duration> guestsWithin,
    long injectedNs,
    long healedNs,
    long readyNs,
    long endNs) {
  public FaultSpan {
    mayRestartOn = Set.copyOf(mayRestartOn);
  }
}
