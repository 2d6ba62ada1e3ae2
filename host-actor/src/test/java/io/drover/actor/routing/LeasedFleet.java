package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static org.awaitility.Awaitility.await;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.HostView;
import io.drover.actor.api.HostView.State;
import io.drover.actor.api.VmView;
import io.drover.actor.api.VmView.Phase;
import io.drover.actor.lease.Lease.Standing;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A fleet of one area whose hosts take leases, and may die. */
final class LeasedFleet implements AutoCloseable {
  /** Below the time after which a session without a heartbeat is over. */
  private static final Duration STEP = Duration.ofSeconds(2);

  final LocalFleet local = new LocalFleet();
  final Map<HostId, ScriptedAgent> agents = new ConcurrentHashMap<>();

  ArmingView arming() {
    return done(local.controlPlane.area(NORTH)).arming().orElseThrow();
  }

  HostId attach(String name) {
    ScriptedAgent agent = new ScriptedAgent(local.network, name).takingLeases();
    HostId host = local.attach(name, agent);
    agents.put(host, agent);
    return host;
  }

  ScriptedAgent agentOf(HostId host) {
    return Optional.ofNullable(agents.get(host)).orElseThrow();
  }

  void holdsLease(HostId host) {
    await()
        .until(() -> {
          pass(Duration.ofMillis(1100));
          return host(host).liveness().leaseHeld()
              && host(host).liveness().lease().orElseThrow().standing() == Standing.HELD;
        });
  }

  /** It says nothing any more, to nobody; then time passes. */
  void die(HostId host) {
    local.witnesses.died.put(host, local.now.get());
    local.detach(host, agentOf(host));
    await().until(() -> host(host).state() != State.CONNECTED);
    pass(Duration.ofSeconds(5));
    pass(Duration.ofSeconds(5));
  }

  /** While time goes on. */
  void eventually(Callable<Boolean> condition) {
    await()
        .until(() -> {
          pass(Duration.ofMillis(200));
          return condition.call();
        });
  }

  void comeBack(HostId host) {
    local.witnesses.died.remove(host);
    local.connect(host, agentOf(host), agentOf(host).hello());
  }

  /** Everybody who is there says so, and is heard before more time passes. */
  void pass(Duration time) {
    Duration left = time;
    while (left.isPositive()) {
      Duration step = left.compareTo(STEP) > 0 ? STEP : left;
      left = left.minus(step);
      local.now.updateAndGet(t -> t.plus(step));
      agents.values().forEach(a -> a.say(a.beat()));
      agents.keySet().forEach(this::host);
    }
  }

  VmId runningOn(HostId host, GuestSpec spec) {
    VmId id =
        done(local.controlPlane.createVm(
                new NewVm(NORTH, "web", spec, Optional.of(host)), Optional.empty()))
            .id();
    await().until(() -> vm(id).phase() == Phase.RUNNING);
    return id;
  }

  VmView vm(VmId id) {
    return done(local.controlPlane.vm(id));
  }

  HostView host(HostId host) {
    return done(local.controlPlane.host(host));
  }

  static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }

  @Override
  public void close() {
    local.close();
  }
}
