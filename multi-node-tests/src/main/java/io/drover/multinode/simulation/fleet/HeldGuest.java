package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.store.VmRecord;
import io.drover.agent.supervision.Phase;
import io.drover.config.units.Epoch;
import java.util.Optional;

/** The place that a VM has for a guest: empty, a guest, or the memory of how one ended. */
final class HeldGuest {
  private final SimulatedAgent agent;
  private Optional<SimulatedGuest> guest = Optional.empty();
  private Optional<String> endReason = Optional.empty();

  HeldGuest(SimulatedAgent agent) {
    this.agent = agent;
  }

  SimulatedGuest make(GuestSpec spec, Guest.State state, Epoch epoch) {
    SimulatedGuest made = agent.host().make(spec, state, epoch);
    guest = Optional.of(made);
    return made;
  }

  /** One that was here before this agent. */
  void adopt(SimulatedGuest found, boolean restartable) {
    guest = Optional.of(found);
    if (restartable) {
      agent.leases().guard(found);
    }
  }

  Optional<SimulatedGuest> guest() {
    return guest;
  }

  boolean runs() {
    return guest.filter(g -> g.state() == Guest.State.RUNNING).isPresent();
  }

  /** Why it ended; "none" while it has not. */
  String endReason() {
    return endReason.orElse("none");
  }

  Phase phase(Optional<VmRecord.Side> side, boolean complete) {
    return endReason.isPresent()
        ? Phase.ENDED
        : guest.map(g -> Phase.of(g.state(), side, complete)).orElse(Phase.ABSENT);
  }

  /**
   * Lets it run as it was granted, if its host's lease allows it.
   *
   * @return why not; empty = it runs
   */
  Optional<String> run(VmRecord record) {
    if (guest.isEmpty() || !guest.get().isAlive()) {
      return Optional.of(record.vm() + " has no guest on this host");
    }
    Optional<String> refusal = agent.leases().permit(guest.get(), record.isRestartable());
    if (refusal.isEmpty()) {
      guest.get().run(record.heldEpoch());
    }
    return refusal;
  }

  void pause() {
    guest.ifPresent(SimulatedGuest::pause);
  }

  void discard() {
    guest.ifPresent(agent::destroy);
    guest = Optional.empty();
    endReason = Optional.empty();
  }

  void end(String reason) {
    discard();
    endReason = Optional.of(reason);
  }
}
