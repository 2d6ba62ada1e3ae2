package io.drover.actor.vm;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.vm.Vm.Event;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a VM belongs.
 *
 * @param away that its host is in another area because its home had no room; it wants home
 */
record Residence(BurstPolicy burst, Optional<Away> away) implements CborSerializable {
  /** Of VMs that were created before one could say. */
  static final Residence OF_BEFORE = new Residence(BurstPolicy.NEVER, Optional.empty());

  /** From which area, and since when. */
  record Away(AreaId home, Instant since) implements CborSerializable {}

  /** What is to be remembered before a grant on that host. */
  static List<Event> before(AreaId home, HostId host, Instant now) {
    return host.area().equals(home)
        ? List.of()
        : List.of(new Event.Overflowed(home, host.area(), now));
  }

  /** From one area of others to the next it stays away since the first. */
  Residence leaving(AreaId home, Instant at) {
    return away.filter(a -> a.home().equals(home)).isPresent()
        ? this
        : new Residence(burst, Optional.of(new Away(home, at)));
  }

  /** A host of its home ends it. */
  Residence grantedAt(HostId host) {
    return away.filter(a -> a.home().equals(host.area())).isPresent()
        ? new Residence(burst, Optional.empty())
        : this;
  }
}
