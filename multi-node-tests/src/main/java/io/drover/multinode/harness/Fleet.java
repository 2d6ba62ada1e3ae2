package io.drover.multinode.harness;

import io.drover.multinode.network.Network;
import io.drover.multinode.network.Shim;
import io.drover.multinode.witness.EffectWitness;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A running fleet of real processes.
 *
 * <pre>{@code
 * try (Fleet fleet = aFleet().areas(2).controlNodes(1).hosts(2).start(directory)) {
 *   fleet.awaitReady();
 *   fleet.kill("north-h1");
 * }
 * }</pre>
 */
public final class Fleet implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);

  private final Network network;
  private final Thread hook = new Thread(this::end, "fleet-end");
  private final Map<String, ControlNode> nodes = new LinkedHashMap<>();
  private final Map<String, HostMachine> hosts = new LinkedHashMap<>();
  private Optional<Database> database = Optional.empty();
  private Optional<EffectWitness> witness = Optional.empty();
  private boolean isEnding;

  Fleet(Network network) {
    this.network = network;
  }

  /** Begins to describe a fleet. */
  public static FleetPlan aFleet() {
    return new FleetPlan(List.of("north"));
  }

  /** Begins to describe a fleet with these areas. */
  public static FleetPlan of(String... areas) {
    return new FleetPlan(List.of(areas));
  }

  /**
   * A control node.
   *
   * @param api its HTTP API
   */
  public record ControlNode(String area, JavaProcess process, URI api, int gatewayPort) {}

  /** Also when it is stopped by a signal. */
  void endWithThisProcess() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  void seenBy(EffectWitness seen) {
    witness = Optional.of(seen);
  }

  /** Starts it, too. */
  void on(Database used) {
    database = Optional.of(used);
    used.startAndAwait();
  }

  Map<String, String> databaseSettings() {
    return database.map(Database::settings).orElse(Map.of());
  }

  void add(ControlNode node) {
    nodes.put(node.process().name(), node);
  }

  void add(HostMachine host) {
    hosts.put(host.name(), host);
  }

  /** Waits until every node is ready and every host is connected. */
  public void awaitReady() {
    awaitReady(READY_LIMIT);
  }

  /**
   * As above.
   *
   * @throws NotReadyException when one is not within the limit
   */
  public void awaitReady(Duration limit) {
    new Readiness(this, limit).await();
  }

  /** Waits until every host that runs is connected. */
  public void awaitHosts() {
    new Readiness(this, READY_LIMIT).awaitHosts();
  }

  public Collection<ControlNode> nodes() {
    return nodes.values();
  }

  /** A control node by name, {@code north-n1}. */
  public ControlNode node(String name) {
    ControlNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no control node " + name + " among " + nodes.keySet());
    }
    return node;
  }

  /** A host agent by area and name. */
  public JavaProcess host(String area, String name) {
    return machine(area + "-" + name).agent();
  }

  /** A host by name, {@code north-h1}. */
  public HostMachine machine(String name) {
    HostMachine host = hosts.get(name);
    if (host == null) {
      throw new IllegalArgumentException("no host " + name + " among " + hosts.keySet());
    }
    return host;
  }

  public Collection<HostMachine> machines() {
    return hosts.values();
  }

  /** All host agents. */
  public Collection<JavaProcess> hosts() {
    return hosts.values().stream().map(HostMachine::agent).toList();
  }

  /** All processes of ours, control nodes first. */
  public List<JavaProcess> processes() {
    List<JavaProcess> all = new ArrayList<>();
    nodes.values().forEach(node -> all.add(node.process()));
    all.addAll(hosts());
    return all;
  }

  /** The database's server; empty when it runs in this process. */
  public Optional<FleetProcess> database() {
    return database.map(d -> d instanceof PostgresServer server ? server : null);
  }

  /** Starts it again after it was killed or stopped; returns when it answers. */
  public void restartDatabase() {
    database.ifPresent(Database::startAndAwait);
  }

  /** What guests' effects reach; only of a fleet that was planned so. */
  public EffectWitness witness() {
    return witness.orElseThrow(() -> new IllegalStateException("this fleet is not witnessed"));
  }

  public Network network() {
    return network;
  }

  /** Any process by name: {@code north-n1}, {@code north-h1}, {@code database}. */
  public FleetProcess process(String name) {
    return everyProcess()
        .filter(process -> process.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no process " + name));
  }

  /** SIGKILL. What the witness is told of an agent, nobody else says. */
  public void kill(String name) {
    FleetProcess process = process(name);
    long pid = process.pid();
    process.kill();
    if (hosts.containsKey(name)) {
      witness.ifPresent(w -> w.died(name, pid));
    }
  }

  /** A whole host dies: its agent, and what that started. */
  public void powerOff(String host) {
    HostMachine machine = machine(host);
    long pid = machine.agent().pid();
    machine.powerOff();
    witness.ifPresent(w -> w.died(host, pid));
  }

  /** SIGSTOP, until {@link #heal}. */
  public void pause(String name) {
    process(name).pause();
  }

  private Stream<FleetProcess> everyProcess() {
    return Stream.concat(processes().stream(), database().stream());
  }

  /** Nothing passes between the two, in either direction, until {@link #heal}. */
  public void partition(String a, String b) {
    network.block(process(a).place(), process(b).place());
    network.block(process(b).place(), process(a).place());
  }

  /** Nothing passes between two sides, until {@link #heal}. */
  public void partition(Collection<String> side, Collection<String> other) {
    side.forEach(a -> other.forEach(b -> partition(a, b)));
  }

  /**
   * Network, pauses, clocks and disks as at the start, and every process runs again, as if under
   * systemd.
   */
  public void heal() {
    network.heal();
    hosts.values().forEach(HostMachine::thaw);
    processes().forEach(FleetProcess::resume);
    database().ifPresent(FleetProcess::resume);
    everyProcess().flatMap(process -> process.shim().stream()).forEach(Shim::reset);
    if (database().filter(server -> !server.isAlive()).isPresent()) {
      restartDatabase();
    }
    processes().stream().filter(process -> !process.isAlive()).forEach(this::startAgain);
  }

  /** Starts again what ended by itself, as systemd would; what was killed stays dead. */
  public void restartEnded() {
    processes().stream().filter(FleetProcess::hasGivenUp).forEach(this::startAgain);
  }

  private synchronized void startAgain(JavaProcess process) {
    if (isEnding || process.isAlive()) {
      return;
    }
    if (hosts.containsKey(process.name())) {
      long pid = process.pid();
      witness.ifPresent(w -> w.died(process.name(), pid));
    }
    process.note("started again");
    process.start();
  }

  /** A client of the first control node that runs. */
  public FleetClient anyClient() {
    return nodes.values().stream()
        .filter(node -> node.process().isAlive())
        .findFirst()
        .map(Fleet::client)
        .orElseThrow(() -> new IllegalStateException("no control node runs"));
  }

  public static FleetClient client(ControlNode node) {
    return new FleetClient(node.api());
  }

  /** Guests that exist at this host, as {@code qemu 1234}; those inside the agent not counted. */
  public List<String> qemuGuests(JavaProcess host, String vm) {
    return LeftGuests.of(machine(host.name()).state()).stream()
        .filter(guest -> guest.mentions(vm))
        .map(guest -> "qemu " + guest.handle().pid())
        .toList();
  }

  /** Ends all of it, guests included that outlive their agents. Ctrl-C does so as well. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is what runs now, or just did.
    }
  }

  /** Agents first: as long as one lives, it may start a guest. Repeatable. */
  private synchronized void end() {
    isEnding = true;
    hosts.values().parallelStream().forEach(HostMachine::end);
    nodes.values().parallelStream().forEach(node -> node.process().stop());
    database.ifPresent(Database::close);
    hosts.values().forEach(HostMachine::remove);
    network.close();
    witness.ifPresent(EffectWitness::close);
  }
}
