package io.drover.actor.drain;

import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.VmView;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a drain has seen since it was last recovered: none of it is journaled, all of it is looked
 * at again. Not threadsafe.
 */
final class DrainSight {
  /** Why a VM is not moved now, and when it is looked at again. */
  record Wait(String reason, Instant since, Instant until) {}

  /**
   * One VM at a time is looked at.
   *
   * @param seen once it has answered; then a target is looked for
   */
  record Look(VmId vm, Instant since, Optional<VmView> seen) {}

  final Map<VmId, Wait> waits = new HashMap<>();
  final Map<MigrationId, MigrationView> migrations = new HashMap<>();
  Optional<HostView> host = Optional.empty();
  Optional<Look> look = Optional.empty();

  /** VMs with a claim on the host, as it last said. */
  List<VmId> vms() {
    return owners(VmId.PREFIX).map(VmId::parse).toList();
  }

  /** Migrations that bring a VM to the host, as it last said. */
  List<MigrationId> incoming() {
    return owners(MigrationId.PREFIX).map(MigrationId::parse).toList();
  }

  private Stream<String> owners(String prefix) {
    return host.stream()
        .flatMap(h -> h.claims().stream())
        .map(HostView.Claim::owner)
        .filter(owner -> owner.startsWith(prefix));
  }

  /** It is not moved now. The look at it, if any, is over. */
  void wait(VmId vm, String reason, Instant now, Instant until) {
    Instant since =
        Optional.ofNullable(waits.get(vm))
            .filter(before -> before.reason().equals(reason))
            .map(Wait::since)
            .orElse(now);
    waits.put(vm, new Wait(reason, since, until));
    if (look.filter(l -> l.vm().equals(vm)).isPresent()) {
      look = Optional.empty();
    }
  }
}
