package io.drover.actor.placement;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.config.units.HostId;
import java.util.List;
import java.util.Optional;

/**
 * What is to be placed.
 *
 * @param source of a migration: never chosen; empty for a new VM
 * @param wanted this host or none
 * @param avoid never chosen either, and why
 */
record PlacementRequest(
    GuestSpec spec, Optional<HostId> source, Optional<HostId> wanted, List<HostReason> avoid) {
  PlacementRequest(GuestSpec spec, Optional<HostId> source, Optional<HostId> wanted) {
    this(spec, source, wanted, List.of());
  }

  Optional<String> reasonToAvoid(HostId host) {
    return avoid.stream()
        .filter(a -> a.host().equals(host.text()))
        .map(a -> "it failed just now: " + a.reason())
        .findFirst();
  }
}
