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
import java.util.function.Consumer;

/** How each kind of fault is done to a fleet, and how it ends. */
final class Strikes {
  private static final Duration BRIEF = Duration.ofMillis(200);
  private static final Duration BACK_MOST = Duration.ofSeconds(40);
  private static final Duration MISSED_MOST = Duration.ofSeconds(14);

  /** Some times as long as a lease: most are shorter, some much longer. */
  private static final Duration STANDSTILL = Duration.ofSeconds(30);

  /** How long the old owner of a shard goes on with it, at most. */
  private static final Duration UNAWARE = Duration.ofSeconds(60);

  private final Fleet fleet;
  private final World world;
  private final Loop loop;
  private final boolean ordered;
  private boolean over;

  /**
   * Nothing is done yet.
   *
   * @param ordered the network keeps the order of messages
   */
  Strikes(Fleet fleet, boolean ordered) {
    this.fleet = fleet;
    this.world = fleet.world();
    this.loop = world.loop();
    this.ordered = ordered;
  }

  /** What was to happen later does not, unless it makes something well. */
  void end() {
    over = true;
  }

  private String node() {
    return loop.oneOf(fleet.plan().nodes());
  }

  private String host() {
    return loop.oneOf(fleet.plan().hosts());
  }

  private String anyPlace() {
    return loop.chance(0.5) ? node() : host();
  }

  private void after(Duration most, Runnable work) {
    loop.after(loop.between(BRIEF, most), work);
  }

  // ---- control nodes and shards

  void killNode() {
    stop(node(), fleet::killNode);
  }

  void pauseNode() {
    stop(node(), fleet::pauseNode);
  }

  void killArea() {
    nodesOfOneArea().forEach(n -> stop(n, fleet::killNode));
  }

  void pauseArea() {
    nodesOfOneArea().forEach(n -> stop(n, fleet::pauseNode));
  }

  private List<String> nodesOfOneArea() {
    return fleet.plan().nodesOf(loop.oneOf(fleet.plan().areas()));
  }

  /** The others notice, and after a while it is back. */
  private void stop(String node, Consumer<String> death) {
    death.accept(node);
    after(
        MISSED_MOST,
        () -> {
          if (!fleet.isUp(node) || fleet.isPaused(node)) {
            fleet.nodeIsMissed(node);
          }
        });
    after(
        BACK_MOST,
        () -> {
          fleet.resumeNode(node);
          fleet.startNode(node);
          fleet.nodeIsBack(node);
        });
  }

  void missNode() {
    String node = node();
    fleet.nodeIsMissed(node);
    after(BACK_MOST, () -> fleet.nodeIsBack(node));
  }

  void moveShard() {
    fleet.moveShard(loop.oneOf(fleet.shards()), Duration.ZERO);
  }

  void splitBrain() {
    fleet.moveShard(loop.oneOf(fleet.shards()), UNAWARE);
  }

  /** An agent comes back just when its cell moves, and its old owner takes long to answer it. */
  void splitBrainAtHello() {
    String host = host();
    slowDatabase();
    fleet.resetSession(host);
    after(
        Duration.ofSeconds(3),
        () -> {
          if (!over) {
            fleet.moveShard(fleet.plan().hostId(host).cell().toString(), UNAWARE);
          }
        });
  }

  // ---- hosts

  void killAgent(boolean guestsToo) {
    String host = host();
    restartLater(host, () -> fleet.killAgent(host, guestsToo));
  }

  void cutPower() {
    String host = host();
    restartLater(host, () -> fleet.cutPower(host));
  }

  void suspendHost() {
    String host = host();
    fleet.suspend(host);
    after(STANDSTILL, () -> fleet.wake(host));
  }

  void isolateHost() {
    isolate(host(), STANDSTILL);
  }

  void pauseAgent() {
    pauseAgent(host());
  }

  void restartWitnesses() {
    String host = host();
    pauseAgent(host);
    restartOthers(host);
  }

  void killGuard() {
    fleet.killGuard(host());
  }

  void endGuest() {
    fleet.trapGuest(host());
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
                  if (!over && fleet.hasAgent(other)) {
                    fleet.killAgent(other, false);
                    loop.after(BRIEF, () -> fleet.startAgent(other));
                  }
                }));
  }

  void jumpClock() {
    String place = loop.chance(0.7) ? node() : host();
    Duration error = loop.between(Duration.ZERO, Duration.ofHours(1));
    fleet.jumpClock(place, loop.chance(0.5) ? error : error.negated());
  }

  private void restartLater(String host, Runnable death) {
    if (fleet.hasAgent(host)) {
      death.run();
      after(Duration.ofSeconds(40), () -> fleet.startAgent(host));
    }
  }

  // ---- network and database

  void partition(boolean oneWay) {
    partition(anyPlace(), oneWay);
  }

  void cutDatabase() {
    cut(node(), Database.PLACE, Duration.ofSeconds(30));
  }

  void failDatabase() {
    database(
        new Database.Faults(
            loop.fraction() * 0.3,
            loop.fraction() * 0.3,
            loop.fraction() * 0.2,
            Duration.ofMillis(50)));
  }

  void slowDatabase() {
    database(new Database.Faults(0, 0, 0, Duration.ofSeconds(4)));
  }

  /** One place from some or all of the others. */
  private void partition(String place, boolean oneWay) {
    double share = loop.chance(0.3) ? 1 : loop.fraction();
    for (String other : allBut(place)) {
      if (loop.chance(share)) {
        Duration span = BACK_MOST;
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

  void badNetwork() {
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
          if (!over) {
            world.network().faults(new Network.Faults(0.01, 0, Duration.ofMillis(20), ordered));
          }
        });
  }
}
