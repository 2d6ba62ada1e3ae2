package io.drover.actor.routing;

import io.drover.actor.host.WitnessCalls;
import io.drover.actor.lease.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;

/** All witnesses of a fleet: hosts that live have just been vouched for. Safe on any thread. */
final class ScriptedWitnesses implements WitnessCalls {
  final Map<HostId, Instant> died = new ConcurrentHashMap<>();
  final Set<String> unreachable = ConcurrentHashMap.newKeySet();
  final Queue<String> revoked = new ConcurrentLinkedQueue<>();
  private final InstantSource clock;

  ScriptedWitnesses(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public CompletionStage<Answer> revoke(
      Witness witness, HostId host, Epoch leaseEpoch, boolean onlyLook) {
    if (unreachable.contains(witness.id())) {
      return CompletableFuture.failedStage(new TimeoutException(witness.id()));
    }
    if (!onlyLook) {
      revoked.add(host.tail() + " " + leaseEpoch + " at " + witness.id());
    }
    Instant now = clock.instant();
    return CompletableFuture.completedStage(
        new Answer(!onlyLook, Duration.between(died.getOrDefault(host, now), now)));
  }
}
