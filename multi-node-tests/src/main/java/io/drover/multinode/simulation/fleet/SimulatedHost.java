package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.store.EndpointRecord;
import io.drover.config.units.Epoch;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.engine.Loop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One machine that carries guests: what is there whether its agent is there or not. */
public final class SimulatedHost {
  private final Fleet fleet;
  private final String name;
  private final Path directory;
  private final SimulatedGuard guard = new SimulatedGuard(this);
  private final Map<VmId, SimulatedGuest> guests = new TreeMap<>(Comparator.comparing(VmId::text));
  private Optional<SimulatedAgent> agent = Optional.empty();
  private Optional<Duration> suspendedAt = Optional.empty();
  private Duration suspended = Duration.ZERO;

  SimulatedHost(Fleet fleet, String name, Path directory) {
    this.fleet = fleet;
    this.name = name;
    this.directory = directory;
  }

  public String name() {
    return name;
  }

  Loop loop() {
    return fleet.world().loop();
  }

  // ---- its clocks

  /** As {@code CLOCK_BOOTTIME}: goes on while the machine is suspended. */
  public long bootNs() {
    return loop().elapsed().toNanos();
  }

  /** As {@code CLOCK_MONOTONIC}: stands still meanwhile. */
  long awakeNs() {
    return loop().elapsed().minus(suspended).minus(sinceSuspended()).toNanos();
  }

  private Duration sinceSuspended() {
    return suspendedAt.map(at -> loop().elapsed().minus(at)).orElse(Duration.ZERO);
  }

  // ---- its agent

  boolean hasAgent() {
    return agent.isPresent();
  }

  Optional<SimulatedAgent> agent() {
    return agent;
  }

  /** Whether its agent executes. */
  public boolean isAwake() {
    return agent.filter(a -> !a.machine().isPaused()).isPresent();
  }

  void startAgent() {
    if (agent.isEmpty() && !isSuspended()) {
      fleet.world().trace().note(name, "agent starts");
      var machine = fleet.world().machine(name);
      fleet
          .world()
          .run(machine, () -> agent = Optional.of(new SimulatedAgent(this, machine, directory)));
    }
  }

  /**
   * Guard and agent are never lost within one round of each other: that would be two faults at
   * once, and nobody would be left to end the guests.
   */
  private boolean mayLoseAgent() {
    return !guard.isMissing();
  }

  void killGuard() {
    if (isAwake()) {
      guard.kill();
    }
  }

  /**
   * The agent's process dies.
   *
   * @param guestsToo they die with it
   * @param kernelSurvives and ends its connections
   */
  void killAgent(boolean guestsToo, boolean kernelSurvives) {
    if (kernelSurvives && !mayLoseAgent()) {
      return;
    }
    agent.ifPresent(a -> {
      fleet.world().trace().note(name, guestsToo ? "agent dies, guests too" : "agent dies");
      agent = Optional.empty();
      fleet.links().kill(a.machine(), kernelSurvives);
      a.close();
    });
    if (guestsToo) {
      List.copyOf(guests.values()).forEach(g -> g.end("its host is gone"));
      guests.clear();
    }
  }

  void cutPower() {
    wake();
    guard.powerLost();
    killAgent(true, false);
  }

  void pauseAgent() {
    if (mayLoseAgent()) {
      agent.ifPresent(a -> fleet.world().pause(a.machine()));
    }
  }

  void resumeAgent() {
    if (!isSuspended()) {
      agent.ifPresent(a -> fleet.world().resume(a.machine()));
    }
  }

  // ---- the machine stands still

  boolean isSuspended() {
    return suspendedAt.isPresent();
  }

  /** Nothing executes here: no guest, no agent, no guard. */
  void suspend() {
    if (!isSuspended() && mayLoseAgent()) {
      fleet.world().trace().note(name, "is suspended");
      suspendedAt = Optional.of(loop().elapsed());
      pauseAgent();
      guests.values().forEach(g -> g.suspend(true));
    }
  }

  /**
   * It goes on. The guard has its round before a guest does anything: on a real host it needs some
   * milliseconds, and guests inside the agent ask their permit first.
   */
  void wake() {
    if (isSuspended()) {
      fleet.world().trace().note(name, "wakes up");
      suspended = suspended.plus(sinceSuspended());
      suspendedAt = Optional.empty();
      guard.look();
      List.copyOf(guests.values()).forEach(g -> g.suspend(false));
      resumeAgent();
    }
  }

  // ---- its guests

  SimulatedGuard guard() {
    return guard;
  }

  /** Until when its guests may run, and by which lease; empty while nobody asks for one. */
  public Optional<Deadline> deadline() {
    return guard.deadline();
  }

  /** What its agent has on its disk of its lease; empty while there is none. */
  public Optional<LeaseTerms> leaseTerms() {
    return agent.flatMap(a -> a.store().lease());
  }

  /** Where its agent looks for its control plane; empty while there is none. */
  public Optional<EndpointRecord> endpoints() {
    return agent.map(a -> a.store().agent().endpoints());
  }

  Collection<SimulatedGuest> guests() {
    return guests.values();
  }

  Optional<SimulatedGuest> guest(VmId vm) {
    return Optional.ofNullable(guests.get(vm));
  }

  SimulatedGuest make(GuestSpec spec, Guest.State state, Epoch epoch) {
    SimulatedGuest made = new SimulatedGuest(spec, this, state, epoch);
    guests.put(spec.vm(), made);
    return made;
  }

  void destroy(SimulatedGuest guest) {
    guest.end("destroyed");
    guests.remove(guest.vm(), guest);
  }

  /** Its process was killed from outside. */
  void killed(SimulatedGuest guest) {
    guests.remove(guest.vm(), guest);
    agent.ifPresent(a -> a.run(() -> a.guestEnded(guest.vm(), guest.endReason())));
  }

  FleetObserver observer() {
    return fleet.observer();
  }

  Fleet fleet() {
    return fleet;
  }
}
