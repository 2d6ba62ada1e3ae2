package io.drover.multinode.simulation.fleet;

import io.drover.actor.area.FleetSight;
import io.drover.agent.store.DurableFiles;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import io.drover.node.board.NodeCensus;
import io.drover.node.gateway.AgentPlaces;
import io.drover.node.gateway.GatewayObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final FleetSight sight;
  private final Path directory;
  private final Witness witness;
  private final Cells cells;
  private final Transfers transfers = new Transfers();
  private final DurableFiles disk;
  private final Map<String, ControlNode> nodes = new TreeMap<>();
  private final Map<String, SimulatedHost> agents = new TreeMap<>();
  private final Map<String, Map<VmId, SimulatedGuest>> guests = new HashMap<>();
  private final Map<String, Duration> clockErrors = new HashMap<>();
  private final List<Wire.Connection> connections = new ArrayList<>();
  private final Map<Wire.Connection, List<Machine>> ends = new HashMap<>();
  private long ids;

  /**
   * A fleet that is down.
   *
   * @param directory for the agents' stores
   */
  public Fleet(World world, Plan plan, Path directory, Witness witness) {
    this.world = world;
    this.plan = plan;
    this.sight = new EveryNode(plan, node -> gateway(node).toString());
    this.directory = directory;
    this.witness = witness;
    this.disk = new Disk();
    this.cells = new Cells(this);
    plan.nodes().forEach(place -> clockErrors.put(place, clockError()));
    plan.hosts().forEach(place -> clockErrors.put(place, clockError()));
  }

  private Duration clockError() {
    Duration error = world.loop().between(Duration.ZERO, CLOCK_ERROR);
    return world.loop().chance(0.5) ? error : error.negated();
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

  Transfers transfers() {
    return transfers;
  }

  Witness witness() {
    return witness;
  }

  DurableFiles disk() {
    return disk;
  }

  String newId() {
    return "%026d".formatted(++ids);
  }

  void entityDied(String entity) {
    witness.entityDied(entity);
  }

  // ---- control nodes

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
      Machine machine = world.machine(place);
      world.run(
          machine,
          () ->
              nodes.put(
                  place,
                  new ControlNode(this, machine, clockErrors.getOrDefault(place, Duration.ZERO))));
    }
  }

  /** It is gone at once; the others hear of it later, see {@link #nodeIsMissed}. */
  public void killNode(String place) {
    node(place)
        .ifPresent(n -> {
          world.trace().note(place, "is killed");
          kill(n.machine(), true);
        });
  }

  /** The cluster notices that a node is gone, unless it is back. */
  public void nodeIsMissed(String place) {
    cells.evacuate(place);
  }

  public List<String> shards() {
    return cells.shards();
  }

  /** A shard moves, and its old owner may not hear of it for a while: two run it. */
  public void moveShard(String shard, Duration unaware) {
    List<String> next =
        plan.successors(shard, this::isUp).stream()
            .filter(n -> !n.equals(cells.home(shard)))
            .toList();
    if (!next.isEmpty()) {
      cells.move(shard, world.loop().oneOf(next), unaware);
    }
  }

  /** Every node knows where every shard is. */
  public void agree() {
    cells.tellAll();
  }

  private void kill(Machine machine, boolean kernelSurvives) {
    world.crash(machine);
    for (Wire.Connection connection : List.copyOf(connections)) {
      if (ends.getOrDefault(connection, List.of()).contains(machine)) {
        connections.remove(connection);
        ends.remove(connection);
        if (kernelSurvives) {
          connection.ended(machine);
        }
      }
    }
  }

  void connected(Wire.Connection connection, Machine agent, Machine node) {
    connections.add(connection);
    ends.put(connection, List.of(agent, node));
  }

  // ---- hosts

  public boolean hasAgent(String place) {
    return agents.containsKey(place);
  }

  public void startAgent(String place) {
    if (!hasAgent(place)) {
      world.trace().note(place, "agent starts");
      Machine machine = world.machine(place);
      world.run(
          machine,
          () ->
              agents.put(
                  place,
                  new SimulatedHost(
                      this,
                      machine,
                      directory.resolve(place),
                      guests.computeIfAbsent(
                          place, _ -> new TreeMap<>(Comparator.comparing(VmId::text))),
                      clockErrors.getOrDefault(place, Duration.ZERO))));
    }
  }

  /**
   * The agent's process dies.
   *
   * @param guestsToo embedded guests die with it; others run on
   */
  public void killAgent(String place, boolean guestsToo) {
    SimulatedHost agent = agents.remove(place);
    if (agent != null) {
      world.trace().note(place, guestsToo ? "agent dies, guests too" : "agent dies");
      kill(agent.machine(), true);
      agent.close();
      if (guestsToo) {
        endGuests(place);
      }
    }
  }

  /** The power is gone. */
  public void cutPower(String place) {
    world.trace().note(place, "loses its power");
    SimulatedHost agent = agents.remove(place);
    if (agent != null) {
      kill(agent.machine(), false);
      agent.close();
    }
    endGuests(place);
  }

  private void endGuests(String place) {
    Map<VmId, SimulatedGuest> all = guests.getOrDefault(place, Map.of());
    List.copyOf(all.values()).forEach(g -> g.end("its host is gone"));
    all.clear();
  }

  public void trapGuest(String place) {
    SimulatedHost agent = agents.get(place);
    if (agent != null) {
      agent.run(agent::trapOne);
    }
  }

  /** Guests on all hosts, as they are. */
  public List<SimulatedGuest> guests() {
    return plan.hosts().stream()
        .flatMap(h -> guests.getOrDefault(h, Map.of()).values().stream())
        .toList();
  }

  /** The id that a host has by its name. */
  public HostId hostId(String place) {
    AreaId area = plan.areaOfHost(place);
    return new HostId(io.drover.config.units.CellId.ofName(area, place, Plan.CELLS), place);
  }

  /** Ends what holds files. */
  public void close() {
    agents.values().forEach(SimulatedHost::close);
  }

  // ---- the network

  boolean reach(String from, String to) {
    return !world.network().isCut(from, to) && !world.network().isCut(to, from);
  }

  private BindAddress gateway(String node) {
    return new BindAddress("10.0.0." + (1 + plan.nodes().indexOf(node)), 7200);
  }

  String placeAt(BindAddress gateway) {
    return plan.nodes().stream().filter(n -> gateway(n).equals(gateway)).findFirst().orElseThrow();
  }

  List<BindAddress> gatewaysFor(String host) {
    return plan.nodesOf(plan.areaOfHost(host)).stream().map(this::gateway).toList();
  }

  /** What every node believes of the others. */
  FleetSight sight() {
    return sight;
  }

  AgentPlaces places(ControlNode node) {
    String name = node.machine().name();
    return new AgentPlaces(
        plan.areaOfNode(name), List.of(gateway(name).toString()), sight, new NodeCensus());
  }

  GatewayObserver observer() {
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
