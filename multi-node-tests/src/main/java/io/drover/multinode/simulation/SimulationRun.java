package io.drover.multinode.simulation;

import io.drover.config.units.AreaId;
import io.drover.multinode.simulation.check.AreaWatch;
import io.drover.multinode.simulation.check.LeaseWatch;
import io.drover.multinode.simulation.check.Ledger;
import io.drover.multinode.simulation.check.Observers;
import io.drover.multinode.simulation.check.RunningGuests;
import io.drover.multinode.simulation.check.Settlement;
import io.drover.multinode.simulation.check.Violations;
import io.drover.multinode.simulation.engine.Loop;
import io.drover.multinode.simulation.engine.World;
import io.drover.multinode.simulation.fleet.Fleet;
import io.drover.multinode.simulation.fleet.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One seed: a fleet, first with faults, then healed. */
final class SimulationRun {
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final Duration FAULTS_LEAST = Duration.ofMinutes(1);
  private static final Duration FAULTS_MOST = Duration.ofMinutes(3);

  /** Between two looks at whether all has settled. */
  private static final Duration LOOK = Duration.ofSeconds(15);

  /** After it, what has not settled never will. */
  private static final Duration SETTLED_AFTER = Duration.ofMinutes(8);

  private final World world;
  private final long seed;
  private final Path directory;

  SimulationRun(World world, long seed, Path directory) {
    this.world = world;
    this.seed = seed;
    this.directory = directory;
  }

  RunResult run() {
    long startNs = System.nanoTime();
    world.begin(seed);
    Loop loop = world.loop();
    Violations violations = new Violations(world);
    Ledger ledger = new Ledger(violations);
    world.database().listen((id, number, event) -> world.trace().note("journal " + id, event));
    world.database().listen(ledger);
    Observers observers = new Observers(loop, violations, ledger);
    RunningGuests running = observers.running();
    Fleet fleet = new Fleet(world, plan(loop), directory, observers);
    LeaseWatch leases = new LeaseWatch(fleet, observers, violations);
    world.database().listen(leases);
    AreaWatch areas = new AreaWatch(fleet, violations);
    world.database().listen(areas);
    fleet.plan().nodes().forEach(fleet::startNode);
    fleet.plan().hosts().forEach(fleet::startAgent);
    loop.run(WARM_UP);

    Clients clients = new Clients(fleet, ledger, violations);
    Nemesis nemesis = new Nemesis(fleet);
    clients.start(3);
    nemesis.start();
    loop.run(loop.between(FAULTS_LEAST, FAULTS_MOST));

    clients.stop();
    nemesis.heal();
    settle(new Settlement(fleet, ledger, running), clients, violations);
    fleet.close();
    return new RunResult(
        seed,
        violations.found(),
        violations.any() ? world.trace().last(RunResult.EVENTS_SHOWN) : List.of(),
        world.trace().hash(),
        loop.elapsed(),
        loop.steps(),
        world.dispatched(),
        clients.asked(),
        clients.acknowledged(),
        clients.unknown(),
        running.starts(),
        running.orders(),
        running.left(),
        observers.vouches(),
        leases.fenced(),
        areas.takeovers(),
        ledger.events(),
        world.database().conflicts(),
        nemesis.counts(),
        Duration.ofNanos(System.nanoTime() - startNs));
  }

  private static Plan plan(Loop loop) {
    List<AreaId> areas =
        loop.chance(0.4)
            ? List.of(new AreaId("north"), new AreaId("south"))
            : List.of(new AreaId("north"));
    return new Plan(
        areas, 1 + loop.below(3), 2 + loop.below(3), 2 + loop.below(4), loop.chance(0.3));
  }

  private void settle(Settlement settlement, Clients clients, Violations violations) {
    Loop loop = world.loop();
    Duration until = loop.elapsed().plus(SETTLED_AFTER);
    List<String> open = List.of();
    while (!violations.any()) {
      loop.run(LOOK);
      settlement.ask(clients.operations(), clients.migrations());
      loop.run(LOOK);
      open = settlement.open();
      if (open.isEmpty()) {
        return;
      }
      if (loop.elapsed().compareTo(until) > 0) {
        violations.add("not settled: " + String.join("; ", open));
      }
    }
  }
}
