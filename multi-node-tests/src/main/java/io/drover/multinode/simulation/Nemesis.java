package io.drover.multinode.simulation;

import io.drover.multinode.simulation.engine.Database;
import io.drover.multinode.simulation.engine.Loop;
import io.drover.multinode.simulation.engine.Network;
import io.drover.multinode.simulation.engine.World;
import io.drover.multinode.simulation.fleet.Fleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What goes wrong and when, as the seed decides: each run has its own selection of faults. */
final class Nemesis {
  private static final Duration PAUSE_LEAST = Duration.ofMillis(500);
  private static final Duration PAUSE_MOST = Duration.ofSeconds(16);
  private static final double SELECTED = 0.6;
  private static final double ORDERED = 0.7;

  private final Fleet fleet;
  private final World world;
  private final Loop loop;
  private final List<Fault> kinds = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private final boolean ordered;
  private final Strikes strikes;
  private boolean stopped;

  Nemesis(Fleet fleet) {
    this.fleet = fleet;
    this.world = fleet.world();
    this.loop = world.loop();
    this.ordered = loop.chance(ORDERED);
    this.strikes = new Strikes(fleet, ordered);
    for (Fault fault : Fault.values()) {
      if (loop.chance(SELECTED)) {
        kinds.add(fault);
      }
    }
  }

  void start() {
    world
        .network()
        .faults(
            new Network.Faults(
                loop.chance(0.5) ? loop.fraction() * 0.05 : 0,
                ordered ? 0 : loop.fraction() * 0.05,
                loop.between(Duration.ofMillis(1), Duration.ofMillis(60)),
                ordered));
    next();
  }

  private void next() {
    loop.after(
        loop.between(PAUSE_LEAST, PAUSE_MOST),
        () -> {
          if (!stopped && !kinds.isEmpty()) {
            Fault fault = loop.oneOf(kinds);
            counts.merge(fault.name(), 1, Integer::sum);
            world.trace().note("nemesis", fault.name());
            fault.strike(strikes);
            next();
          }
        });
  }

  /** Everything works from now on. */
  void heal() {
    stopped = true;
    strikes.end();
    world.network().faults(Network.Faults.NONE);
    world.network().mendAll();
    world.database().faults(Database.Faults.NONE);
    fleet.plan().nodes().forEach(fleet::resumeNode);
    fleet.plan().nodes().forEach(fleet::startNode);
    fleet.plan().hosts().forEach(fleet::wake);
    fleet.plan().hosts().forEach(fleet::resumeAgent);
    fleet.plan().hosts().forEach(fleet::startAgent);
    fleet.agree();
  }

  /** Faults by kind. */
  Map<String, Integer> counts() {
    return counts;
  }
}
