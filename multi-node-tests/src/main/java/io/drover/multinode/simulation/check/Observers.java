package io.drover.multinode.simulation.check;

import io.drover.agent.store.AgentStore;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Loop;
import io.drover.multinode.simulation.fleet.FleetObserver;
import io.drover.multinode.simulation.fleet.SimulatedGuest;

/** All who look at what happens on hosts. */
public final class Observers implements FleetObserver {
  private final Loop loop;
  private final Violations violations;
  private final RunningGuests running;
  private final WitnessPromises promises;
  private final AgentMemory memory;

  public Observers(Loop loop, Violations violations, Ledger ledger) {
    this.loop = loop;
    this.violations = violations;
    this.running = new RunningGuests(violations, ledger);
    this.promises = new WitnessPromises(violations);
    this.memory = new AgentMemory(violations);
  }

  public RunningGuests running() {
    return running;
  }

  WitnessPromises promises() {
    return promises;
  }

  /** How often a witness vouched. */
  public long vouches() {
    return promises.vouches();
  }

  @Override
  public void started(SimulatedGuest guest) {
    running.started(guest);
    memory.ran(guest.host(), guest.vm(), guest.epoch());
  }

  @Override
  public void stopped(SimulatedGuest guest) {
    running.stopped(guest);
  }

  @Override
  public void obeyed(String host, long controlEpoch, long highest, String orderId) {
    running.obeyed(host, controlEpoch, highest, orderId);
    memory.obeyed(host, controlEpoch);
  }

  @Override
  public void entityDied(String entity) {
    violations.add(entity + " died of an exception");
  }

  @Override
  public void vouched(String witness, HostId host, Epoch leaseEpoch) {
    promises.vouched(witness, host, leaseEpoch, loop.elapsed());
  }

  @Override
  public void revoked(String witness, HostId host, Epoch leaseEpoch) {
    promises.revoked(witness, host, leaseEpoch);
  }

  @Override
  public void agentStarted(String host, AgentStore store) {
    memory.agentStarted(host, store);
  }
}
