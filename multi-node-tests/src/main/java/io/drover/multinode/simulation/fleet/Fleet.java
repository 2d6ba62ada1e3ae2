package io.drover.multinode.simulation.fleet;

import io.drover.actor.area.FleetSight;
import io.drover.agent.lease.Revocations;
import io.drover.agent.store.DurableFiles;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import io.drover.node.board.NodeCensus;
import io.drover.node.gateway.AgentPlaces;
import io.drover.node.gateway.GatewayObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All of a simulated fleet, and what can be done to it. */
public final class Fleet {
  private static final Duration CLOCK_ERROR = Duration.ofSeconds(40);

  private final World world;
  private final Plan plan;
  private final FleetObserver observer;
  private final Cells cells;
  private final Transfers transfers = new Transfers();
  private final DurableFiles disk;
  private final Map<String, ControlNode> nodes = new TreeMap<>();
  private final Map<String, SimulatedHost> hosts = new TreeMap<>();
  private final Map<String, Revocations> revocations = new HashMap<>();
  private final Map<String, Duration> clockErrors = new HashMap<>();
  private final Links links;
  private long ids;

  /**
   * A fleet that is down.
   *
   * @param directory for the agents' stores
   */
  public Fleet(World world, Plan plan, Path directory, FleetObserver observer) {
    this.world = world;
    this.plan = plan;
    this.observer = observer;
    this.disk = new Disk();
    this.cells = new Cells(this);
    this.links = new Links(world);
    plan.nodes().forEach(place -> clockErrors.put(place, clockError()));
    plan.hosts().forEach(place -> clockErrors.put(place, clockError()));
    plan.hosts()
        .forEach(
            place -> hosts.put(place, new SimulatedHost(this, place, directory.resolve(place))));
  }

  private Duration clockError() {
    Duration error = world.loop().between(Duration.ZERO, CLOCK_ERROR);
    return world.loop().chance(0.5) ? error : error.negated();
  }

  /** How wrong the wall clock of a place is. */
  Duration clockError(String place) {
    return clockErrors.getOrDefault(place, Duration.ZERO);
  }

  /** Somebody, or something, sets it. */
  public void jumpClock(String place, Duration error) {
    world.trace().note(place, "its clock jumps to " + error);
    clockErrors.put(place, error);
  }

  public World world() {
    return world;
  }

  public Plan plan() {
    return plan;
  }

  Cells cells() {
    return cells;
  }

  Links links() {
    return links;
  }

  Transfers transfers() {
    return transfers;
  }

  FleetObserver observer() {
    return observer;
  }

  DurableFiles disk() {
    return disk;
  }

  String newId() {
    return "%026d".formatted(++ids);
  }

  void entityDied(String entity) {
    observer.entityDied(entity);
  }

  // ---- control nodes

  public void pauseNode(String place) {
    node(place).ifPresent(n -> world.pause(n.machine()));
  }

  public boolean isPaused(String place) {
    return node(place).filter(n -> n.machine().isPaused()).isPresent();
  }

  public void resumeNode(String place) {
    node(place).ifPresent(n -> world.resume(n.machine()));
  }

  /** The node that runs at this place now. */
  public Optional<ControlNode> node(String place) {
    return Optional.ofNullable(nodes.get(place)).filter(n -> n.machine().isAlive());
  }

  public boolean isUp(String place) {
    return node(place).isPresent();
  }

  public void startNode(String place) {
    if (!isUp(place)) {
      world.trace().note(place, "starts");
      cells.join(place);
      Machine machine = world.machine(place);
      world.run(machine, () -> nodes.put(place, new ControlNode(this, machine)));
    }
  }

  /** It is gone at once; the others hear of it later, see {@link #nodeIsMissed}. */
  public void killNode(String place) {
    node(place)
        .ifPresent(n -> {
          world.trace().note(place, "is killed");
          links.kill(n.machine(), true);
        });
  }

  /** The cluster goes on without a node, which is gone or only seems to be. */
  public void nodeIsMissed(String place) {
    cells.remove(place);
  }

  /** One that only seemed to be gone is a member again. */
  public void nodeIsBack(String place) {
    if (isUp(place)) {
      cells.join(place);
    }
  }

  public List<String> shards() {
    return cells.shards();
  }

  /** A shard moves, and its old owner may not hear of it for a while: two run it. */
  public void moveShard(String shard, Duration unaware) {
    List<String> next =
        cells.members().stream().filter(n -> isUp(n) && !n.equals(cells.home(shard))).toList();
    if (!next.isEmpty()) {
      cells.move(shard, world.loop().oneOf(next), unaware);
    }
  }

  /** Every node that is up is a member, and knows where every shard is. */
  public void agree() {
    plan.nodes().forEach(this::nodeIsBack);
    cells.tellAll();
  }

  // ---- hosts

  public SimulatedHost host(String place) {
    SimulatedHost host = hosts.get(place);
    if (host == null) {
      throw new IllegalArgumentException("no host is called " + place);
    }
    return host;
  }

  public boolean hasAgent(String place) {
    return host(place).hasAgent();
  }

  public void startAgent(String place) {
    host(place).startAgent();
  }

  /**
   * The agent's process dies.
   *
   * @param guestsToo embedded guests die with it; others run on
   */
  public void killAgent(String place, boolean guestsToo) {
    host(place).killAgent(guestsToo, true);
  }

  public void resetSession(String place) {
    host(place).agent().ifPresent(agent -> links.reset(agent.machine()));
  }

  public void pauseAgent(String place) {
    host(place).pauseAgent();
  }

  public void resumeAgent(String place) {
    host(place).resumeAgent();
  }

  /** All of the machine stands still: agent, guests and guard. */
  public void suspend(String place) {
    host(place).suspend();
  }

  public void wake(String place) {
    host(place).wake();
  }

  public void killGuard(String place) {
    host(place).killGuard();
  }

  /** The power is gone. */
  public void cutPower(String place) {
    world.trace().note(place, "loses its power");
    host(place).cutPower();
  }

  public void trapGuest(String place) {
    host(place).agent().ifPresent(agent -> agent.run(agent::trapOne));
  }

  /** Guests on all hosts, as they are. */
  public List<SimulatedGuest> guests() {
    return hosts.values().stream().flatMap(h -> h.guests().stream()).toList();
  }

  /** Ends what holds files. */
  public void close() {
    hosts.values().forEach(h -> h.agent().ifPresent(SimulatedAgent::close));
  }

  // ---- the network

  /** Whether a witness at one place can hear a host and answer it. */
  public boolean hears(String witness, String host) {
    return reach(witness, host)
        && witness(witness).filter(w -> !w.machine().isPaused()).isPresent();
  }

  /** Whether every control node, whichever runs a host's entity, can ask it. */
  public boolean answersAll(String witness) {
    return plan.nodes().stream().allMatch(node -> node.equals(witness) || reach(node, witness));
  }

  boolean reach(String from, String to) {
    return !world.network().isCut(from, to) && !world.network().isCut(to, from);
  }

  /** Who vouches at this place now. */
  Optional<SimulatedWitness> witness(String place) {
    return plan.nodes().contains(place)
        ? node(place).map(ControlNode::witness)
        : host(place).agent().map(a -> a.leases().witness());
  }

  /** What a control node has revoked, in the database. */
  Revocations revocationsOf(String node) {
    return revocations.computeIfAbsent(node, _ -> new RevocationRows(this, node));
  }

  /** Of somebody who has heard nothing. */
  FleetSight blindSight() {
    return new NodeSight(this, world.machine("nowhere"));
  }

  AgentPlaces places(ControlNode node) {
    String name = node.machine().name();
    AgentPlaces places = new AgentPlaces(plan.areaOfNode(name), node.sight(), new NodeCensus());
    places.listensAt(plan.addressOf(name));
    return places;
  }

  GatewayObserver gatewayObserver() {
    return new GatewayObserver() {
      @Override
      public void sessionOpened(HostId host) {}

      @Override
      public void sessionClosed(HostId host, String reason) {}

      @Override
      public void sessionRefused(String reason) {}
    };
  }
}
