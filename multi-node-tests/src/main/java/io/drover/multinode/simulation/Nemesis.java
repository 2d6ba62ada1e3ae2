package io.drover.multinode.simulation;

import io.drover.multinode.simulation.engine.Database;
import io.drover.multinode.simulation.engine.Loop;
import io.drover.multinode.simulation.engine.Network;
import io.drover.multinode.simulation.engine.World;
import io.drover.multinode.simulation.fleet.Fleet;
import io.drover.multinode.simulation.fleet.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What goes wrong, as the seed decides: each run has its own selection of faults. */
final class Nemesis {
  /** A kind of fault. */
  enum Fault {
    NODE_KILLED,
    NODE_MISSED_ALIVE,
    NODE_PAUSED,
    AREA_LOST,
    AREA_PAUSED,
    SHARD_MOVED,
    SPLIT_BRAIN,
    PARTITION,
    ONE_WAY_CUT,
    DATABASE_CUT,
    DATABASE_FAILING,
    DATABASE_SLOW,
    NETWORK_BAD,
    AGENT_KILLED,
    AGENT_AND_GUESTS_KILLED,
    AGENT_PAUSED,
    HOST_SUSPENDED,
    HOST_ISOLATED,
    WITNESSES_RESTART,
    GUARD_KILLED,
    POWER_CUT,
    CLOCK_JUMPED,
    GUEST_ENDED
  }

  private static final Duration PAUSE_MOST = Duration.ofSeconds(16);

  /** Some times as long as a lease: most are shorter, some much longer. */
  private static final Duration STANDSTILL = Duration.ofSeconds(30);

  private static final double ORDERED = 0.7;
  private static final Duration BRIEF = Duration.ofMillis(200);

  private final Fleet fleet;
  private final World world;
  private final Loop loop;
  private final List<Fault> kinds = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private final boolean ordered;
  private boolean stopped;

  Nemesis(Fleet fleet) {
    this.fleet = fleet;
    this.world = fleet.world();
    this.loop = world.loop();
    this.ordered = loop.chance(ORDERED);
    for (Fault fault : Fault.values()) {
      if (loop.chance(0.6)) {
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
        loop.between(Duration.ofMillis(500), PAUSE_MOST),
        () -> {
          if (!stopped && !kinds.isEmpty()) {
            Fault fault = loop.oneOf(kinds);
            counts.merge(fault.name(), 1, Integer::sum);
            world.trace().note("nemesis", fault.name());
            strike(fault);
            next();
          }
        });
  }

  private void strike(Fault fault) {
    String node = loop.oneOf(fleet.plan().nodes());
    String host = loop.oneOf(fleet.plan().hosts());
    switch (fault) {
      case NODE_KILLED -> strikeNode(node, fleet::killNode);
      case NODE_MISSED_ALIVE -> {
        fleet.nodeIsMissed(node);
        after(Duration.ofSeconds(40), () -> fleet.nodeIsBack(node));
      }
      case AREA_LOST -> nodesOfOneArea().forEach(n -> strikeNode(n, fleet::killNode));
      case AREA_PAUSED -> nodesOfOneArea().forEach(n -> strikeNode(n, fleet::pauseNode));
      case SHARD_MOVED -> fleet.moveShard(loop.oneOf(fleet.shards()), Duration.ZERO);
      case SPLIT_BRAIN -> fleet.moveShard(loop.oneOf(fleet.shards()), Duration.ofSeconds(60));
      case PARTITION -> partition(loop.chance(0.5) ? node : host, false);
      case ONE_WAY_CUT -> partition(loop.chance(0.5) ? node : host, true);
      case DATABASE_CUT -> cut(node, Database.PLACE, Duration.ofSeconds(30));
      case DATABASE_FAILING ->
          database(
              new Database.Faults(
                  loop.fraction() * 0.3,
                  loop.fraction() * 0.3,
                  loop.fraction() * 0.2,
                  Duration.ofMillis(50)));
      case DATABASE_SLOW -> database(new Database.Faults(0, 0, 0, Duration.ofSeconds(4)));
      case NETWORK_BAD -> badNetwork();
      case AGENT_KILLED -> restartLater(host, () -> fleet.killAgent(host, false));
      case AGENT_AND_GUESTS_KILLED -> restartLater(host, () -> fleet.killAgent(host, true));
      case NODE_PAUSED -> strikeNode(node, fleet::pauseNode);
      case AGENT_PAUSED -> pauseAgent(host);
      case HOST_SUSPENDED -> {
        fleet.suspend(host);
        after(STANDSTILL, () -> fleet.wake(host));
      }
      case HOST_ISOLATED -> isolate(host, STANDSTILL);
      case WITNESSES_RESTART -> {
        pauseAgent(host);
        restartOthers(host);
      }
      case GUARD_KILLED -> fleet.killGuard(host);
      case CLOCK_JUMPED -> jumpClock(loop.chance(0.7) ? node : host);
      case POWER_CUT -> restartLater(host, () -> fleet.cutPower(host));
      case GUEST_ENDED -> fleet.trapGuest(host);
    }
  }

  private List<String> nodesOfOneArea() {
    return fleet.plan().nodesOf(loop.oneOf(fleet.plan().areas()));
  }

  /** The others notice, and after a while it is back. */
  private void strikeNode(String node, Consumer<String> death) {
    death.accept(node);
    after(
        Duration.ofSeconds(14),
        () -> {
          if (!fleet.isUp(node) || fleet.isPaused(node)) {
            fleet.nodeIsMissed(node);
          }
        });
    after(
        Duration.ofSeconds(40),
        () -> {
          fleet.resumeNode(node);
          fleet.startNode(node);
          fleet.nodeIsBack(node);
        });
  }

  private void pauseAgent(String host) {
    fleet.pauseAgent(host);
    after(STANDSTILL, () -> fleet.resumeAgent(host));
  }

  /** Most of those that may be asked about this host, while it stands still. */
  private void restartOthers(String host) {
    fleet.plan().hosts().stream()
        .filter(other -> !other.equals(host) && loop.chance(0.7))
        .forEach(other ->
            loop.after(
                Plan.leaseTtl().plus(loop.between(Duration.ZERO, Duration.ofSeconds(3))),
                () -> {
                  if (!stopped && fleet.hasAgent(other)) {
                    fleet.killAgent(other, false);
                    loop.after(BRIEF, () -> fleet.startAgent(other));
                  }
                }));
  }

  private void jumpClock(String place) {
    Duration error = loop.between(Duration.ZERO, Duration.ofHours(1));
    fleet.jumpClock(place, loop.chance(0.5) ? error : error.negated());
  }

  private void restartLater(String host, Runnable death) {
    if (fleet.hasAgent(host)) {
      death.run();
      after(Duration.ofSeconds(40), () -> fleet.startAgent(host));
    }
  }

  private void after(Duration most, Runnable work) {
    loop.after(loop.between(BRIEF, most), work);
  }

  /** One place from some or all of the others. */
  private void partition(String place, boolean oneWay) {
    double share = loop.chance(0.3) ? 1 : loop.fraction();
    for (String other : allBut(place)) {
      if (loop.chance(share)) {
        Duration span = Duration.ofSeconds(40);
        boolean outward = loop.chance(0.5);
        if (!oneWay || outward) {
          cut(place, other, span);
        }
        if (!oneWay || !outward) {
          cut(other, place, span);
        }
      }
    }
  }

  /** One place from all others, for one span. */
  private void isolate(String place, Duration most) {
    Duration span = loop.between(BRIEF, most);
    for (String other : allBut(place)) {
      world.network().cut(place, other);
      world.network().cut(other, place);
      loop.after(
          span,
          () -> {
            world.network().mend(place, other);
            world.network().mend(other, place);
          });
    }
  }

  private List<String> allBut(String place) {
    List<String> others = new ArrayList<>(fleet.plan().nodes());
    others.addAll(fleet.plan().hosts());
    others.remove(place);
    return others;
  }

  private void cut(String from, String to, Duration most) {
    world.network().cut(from, to);
    after(most, () -> world.network().mend(from, to));
  }

  private void database(Database.Faults faults) {
    world.database().faults(faults);
    after(Duration.ofSeconds(25), () -> world.database().faults(Database.Faults.NONE));
  }

  private void badNetwork() {
    world
        .network()
        .faults(
            new Network.Faults(
                loop.fraction() * 0.3,
                ordered ? 0 : loop.fraction() * 0.3,
                loop.between(Duration.ofMillis(10), Duration.ofSeconds(3)),
                ordered));
    after(
        Duration.ofSeconds(25),
        () -> {
          if (!stopped) {
            world.network().faults(new Network.Faults(0.01, 0, Duration.ofMillis(20), ordered));
          }
        });
  }

  /** Everything works from now on. */
  void heal() {
    stopped = true;
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
