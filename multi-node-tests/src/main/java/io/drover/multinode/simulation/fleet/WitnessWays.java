package io.drover.multinode.simulation.fleet;

import io.drover.actor.host.WitnessCalls;
import io.drover.actor.lease.Witness;
import io.drover.agent.witness.Witnesses;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import io.drover.protocol.v1.VouchRequest;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** The ways of one process to witnesses: calls may be late, and then even be answered late. */
record WitnessWays(Fleet fleet, Machine from) implements Witnesses, WitnessCalls {
  private World world() {
    return fleet.world();
  }

  // ---- as an agent asks

  @Override
  public void retain(Set<String> endpoints) {}

  @Override
  public void vouch(String endpoint, VouchRequest request, Runnable vouched) {
    HostId host = HostId.parse(request.getHostId());
    Epoch epoch = new Epoch(request.getLeaseEpoch());
    Optional<SimulatedWitness> witness = at(endpoint);
    witness.ifPresent(w ->
        world()
            .send(
                from,
                w.machine(),
                () -> {
                  if (w.vouch(host, epoch)) {
                    world().send(w.machine(), from, vouched);
                  }
                }));
  }

  // ---- as a control node asks

  @Override
  public CompletionStage<Answer> revoke(
      Witness witness, HostId host, Epoch leaseEpoch, boolean onlyLook) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    world()
        .loop()
        .after(
            Plan.LEASES.witnessTimeout(),
            () ->
                world()
                    .run(
                        from,
                        () -> answer.completeExceptionally(new TimeoutException("no answer"))));
    at(witness.endpoint())
        .ifPresent(w ->
            world()
                .send(
                    from,
                    w.machine(),
                    () ->
                        w.revoke(
                            host,
                            leaseEpoch,
                            onlyLook,
                            said ->
                                world()
                                    .send(
                                        w.machine(),
                                        from,
                                        () ->
                                            answer.complete(
                                                new Answer(
                                                    said.revoked(), said.lastVouchAge()))))));
    return answer;
  }

  private Optional<SimulatedWitness> at(String endpoint) {
    return fleet.witness(fleet.plan().placeAt(BindAddress.parse(endpoint)));
  }

  @Override
  public void close() {}
}
