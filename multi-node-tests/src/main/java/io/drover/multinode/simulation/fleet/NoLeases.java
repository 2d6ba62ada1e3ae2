package io.drover.multinode.simulation.fleet;

import io.drover.actor.host.Host;
import io.drover.actor.host.PowerSwitch;
import io.drover.actor.host.WitnessCalls;
import io.drover.actor.lease.LossLimits;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.WitnessBoard;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Leases are not simulated yet: no host gets one, and none can be switched off. */
final class NoLeases implements WitnessCalls, PowerSwitch, WitnessBoard {
  /** What a host needs to know of that. */
  static Host.Fencing fencing(LongSupplier monotonic) {
    NoLeases none = new NoLeases();
    return new Host.Fencing(
        Plan.LEASES,
        LossLimits.of(Plan.LEASES, Plan.FENCING, Plan.ENTITIES.heartbeatInterval()),
        none,
        none,
        monotonic);
  }

  @Override
  public CompletionStage<WitnessCalls.Answer> revoke(
      Witness witness, HostId host, Epoch leaseEpoch, boolean onlyLook) {
    throw new IllegalStateException("no host has a lease: " + host);
  }

  @Override
  public boolean reaches(HostId host, Map<String, String> labels) {
    return false;
  }

  @Override
  public CompletionStage<PowerSwitch.Answer> switchOff(HostId host, Map<String, String> labels) {
    return CompletableFuture.completedStage(new PowerSwitch.Answer(false, "there is no way"));
  }

  @Override
  public void post(AreaId area, List<WitnessCandidate> hosts) {}

  @Override
  public List<WitnessCandidate> besides(AreaId area) {
    return List.of();
  }
}
