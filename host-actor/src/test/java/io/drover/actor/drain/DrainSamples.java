package io.drover.actor.drain;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.hello;

import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Figures;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.api.MigrationView.PhaseEntry;
import io.drover.actor.api.VmView;
import io.drover.config.units.DataRate;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a drain sees. */
final class DrainSamples {
  private DrainSamples() {}

  /** H1, with claims of these. */
  static HostView host(boolean cordoned, EntityId... owners) {
    var said = hello("i1");
    return new HostView(
        H1,
        9,
        HostView.State.CONNECTED,
        cordoned,
        said.capacity(),
        Resources.NONE,
        Stream.of(owners).map(o -> new HostView.Claim(o.text(), SPEC.resources())).toList(),
        new Epoch(1),
        "i1",
        said.agentVersion(),
        said.hypervisors(),
        said.images(),
        said.transferEndpoint(),
        Map.of(),
        0,
        Optional.empty(),
        NOW,
        HostView.Liveness.UNKNOWN);
  }

  static VmView vm(VmId id, VmView.Phase phase, HostId host) {
    return new VmView(
        id,
        7,
        "web",
        SPEC,
        VmView.PowerState.RUNNING,
        phase,
        "",
        Optional.of(host),
        new Epoch(1),
        Optional.empty(),
        false,
        Map.of(),
        NOW,
        NOW,
        BurstPolicy.NEVER,
        Optional.empty());
  }

  static MigrationView migration(VmId vm, MigrationId id, Phase phase, Optional<HostId> target) {
    return new MigrationView(
        id,
        5,
        vm,
        H1,
        target,
        phase,
        List.of(new PhaseEntry(phase, NOW, "as told")),
        Optional.empty(),
        List.of(),
        Duration.ofMillis(300),
        DataRate.UNLIMITED,
        Figures.NONE,
        NOW);
  }
}
