package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.LeasedGuest;
import io.drover.agent.guest.RunPermit;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.supervision.HostLease;
import io.drover.agent.witness.LeaseKeeper;
import io.drover.agent.witness.StoredRevocations;
import io.drover.multinode.simulation.engine.LoopThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** The part of one agent in leases, its own and others': the shipped keeper and book. */
final class AgentLease {
  private final LeaseKeeper keeper;
  private final SimulatedWitness witness;

  AgentLease(SimulatedAgent agent) {
    SimulatedHost host = agent.host();
    try {
      keeper =
          LeaseKeeper.open(
              agent.store(),
              new LeaseKeeper.Ports(
                  host.guard()::open,
                  host::bootNs,
                  new WitnessWays(agent.fleet(), agent.machine()),
                  new LoopThread(agent.fleet().world(), agent.machine())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    witness =
        new SimulatedWitness(
            agent.fleet(), agent.machine(), new StoredRevocations(agent.store()), host::awakeNs);
  }

  LeaseKeeper keeper() {
    return keeper;
  }

  SimulatedWitness witness() {
    return witness;
  }

  /**
   * As the shipped agent lets a guest run: guarded first, then asked.
   *
   * @return why it may not run; empty = it may
   */
  Optional<String> permit(SimulatedGuest guest, boolean restartable) {
    if (!restartable) {
      keeper.release(guest.vm());
      return Optional.empty();
    }
    guard(guest);
    return keeper.refusal();
  }

  void guard(SimulatedGuest guest) {
    try {
      keeper.guard(guest.vm(), new OwnProcess(guest), () -> {});
    } catch (HypervisorException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As orders are asked against it. */
  HostLease asked() {
    return keeper;
  }

  /** A guest that the guard stops from outside. */
  private record OwnProcess(SimulatedGuest guest) implements LeasedGuest {
    @Override
    public Optional<ProcessIdentity> process() {
      return Optional.of(new ProcessIdentity(1, 1));
    }

    @Override
    public void heed(RunPermit permit) {}
  }
}
