package io.drover.actor.placement;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import java.util.List;
import java.util.Optional;

/**
 * What is to be placed.
 *
 * @param source of a migration: never chosen; empty for a new VM
 * @param wanted this host or none
 * @param avoid never chosen either, and why
 * @param overflow of a VM that other areas may take
 */
record PlacementRequest(
    GuestSpec spec,
    Optional<HostId> source,
    Optional<HostId> wanted,
    List<HostReason> avoid,
    Optional<Overflow> overflow) {
  PlacementRequest(GuestSpec spec, Optional<HostId> source, Optional<HostId> wanted) {
    this(spec, source, wanted, List.of(), Optional.empty());
  }

  PlacementRequest avoiding(List<HostReason> hosts) {
    return new PlacementRequest(spec, source, wanted, hosts, overflow);
  }

  /** The same, which another area takes when this one has no room. */
  PlacementRequest overflowing(Overflow way) {
    return new PlacementRequest(spec, source, wanted, avoid, Optional.of(way));
  }

  /** Whether it belongs to another area. */
  boolean isGuestOf(AreaId area) {
    return overflow.filter(o -> !o.home().equals(area)).isPresent();
  }

  Optional<String> reasonToAvoid(HostId host) {
    return avoid.stream()
        .filter(a -> a.host().equals(host.text()))
        .map(HostReason::reason)
        .findFirst();
  }
}
