package io.drover.multinode.simulation.fleet;

import io.drover.agent.guard.Guard;
import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.engine.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code guard.sh} is on a real host, and the files that it reads: freezes guests ahead of the
 * deadline, kills them when it has passed, lets them go on when it has moved. Outlives the agent;
 * what an agent has of it is one {@link Handle}.
 */
final class SimulatedGuard {
  /** The script looks five times a second. */
  private static final Duration ROUND = Duration.ofMillis(200);

  private final SimulatedHost host;
  private final Map<VmId, SimulatedGuest> targets = new TreeMap<>(Comparator.comparing(VmId::text));
  private Optional<Deadline> deadline = Optional.empty();
  private long freezeNs;
  private boolean started;
  private boolean watching;
  private Optional<Loop.Timer> next = Optional.empty();
  private Runnable onEnd = () -> {};

  SimulatedGuard(SimulatedHost host) {
    this.host = host;
  }

  /** For an agent that starts. */
  Guard open(Runnable heard) {
    onEnd = heard;
    return new Handle();
  }

  /** Until when the host has its lease, as far as its guests are concerned. */
  Optional<Deadline> deadline() {
    return deadline;
  }

  /** Whether it is needed and not there: its agent is about to start another one. */
  boolean isMissing() {
    return deadline.isPresent() && !watching && host.bootNs() < deadline.get().atNs();
  }

  /** Killed, as a machine short of memory may do it. */
  void kill() {
    if (started) {
      started = false;
      watching = false;
      onEnd.run();
    }
  }

  /** What it knows was in memory. */
  void powerLost() {
    started = false;
    watching = false;
    deadline = Optional.empty();
    targets.clear();
    onEnd = () -> {};
  }

  private void start() {
    started = true;
    lookIn(Duration.ZERO);
  }

  /** In the round after {@code delay}; the rounds before it would change nothing. */
  private void lookIn(Duration delay) {
    next.ifPresent(Loop.Timer::cancel);
    Duration wait = host.loop().between(Duration.ZERO, ROUND);
    next = Optional.of(host.loop().after(wait.plus(delay), this::look));
  }

  private void lookAt(long atNs) {
    lookIn(Duration.ofNanos(Math.max(0, atNs - host.bootNs())));
  }

  /** One round of the script. */
  void look() {
    if (!started || host.isSuspended()) {
      return;
    }
    watching = true;
    if (deadline.isEmpty()) {
      return;
    }
    long nowNs = host.bootNs();
    List<SimulatedGuest> alive = targets.values().stream().filter(SimulatedGuest::isAlive).toList();
    if (nowNs >= deadline.get().atNs()) {
      alive.forEach(g -> g.kill("killed by the guard"));
      kill(); // nothing is left to do
    } else if (nowNs >= freezeNs) {
      alive.forEach(g -> g.freeze(true));
      lookAt(deadline.get().atNs());
    } else {
      alive.forEach(g -> g.freeze(false));
      lookAt(freezeNs);
    }
  }

  /** As one life of the agent sees it. */
  private final class Handle implements Guard, Guard.Guests {
    @Override
    public Guests guests() {
      return this;
    }

    @Override
    public Optional<Deadline> deadline() {
      return deadline;
    }

    @Override
    public void publish(Deadline next, long freezesNs) {
      deadline = Optional.of(next);
      freezeNs = freezesNs;
      boolean anyFrozen = targets.values().stream().anyMatch(SimulatedGuest::isFrozen);
      lookAt(anyFrozen ? 0 : freezesNs);
    }

    @Override
    public void forgetDeadline() {
      deadline = Optional.empty();
    }

    @Override
    public boolean isWatching(long nowNs) {
      return started && watching;
    }

    @Override
    public void require(long nowNs) {
      if (!started) {
        start();
      }
    }

    @Override
    public void end() {
      deadline = Optional.empty();
      started = false;
      watching = false;
    }

    @Override
    public void add(VmId vm, @Nullable ProcessIdentity process, Runnable end) {
      host.guest(vm).ifPresent(guest -> targets.put(vm, guest));
    }

    @Override
    public void remove(VmId vm) {
      targets.remove(vm);
    }

    @Override
    public void endInProcess() {}

    @Override
    public void forgetInProcess() {}

    @Override
    public boolean anyAlive() {
      return targets.values().stream().anyMatch(SimulatedGuest::isAlive);
    }
  }
}
