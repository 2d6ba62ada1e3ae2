package io.drover.multinode.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A running fleet of real processes.
 *
 * <pre>{@code
 * try (Fleet fleet = Fleet.of("north", "south").controlNodes(1).hosts(2).start(directory)) {
 *   fleet.awaitReady();
 *   fleet.host("north", "h1").kill();
 * }
 * }</pre>
 */
public final class Fleet implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);

  private final Database database;
  private final Thread hook = new Thread(this::end, "fleet-end");
  private final Map<String, Path> agentStates = new LinkedHashMap<>();
  private final Map<String, ControlNode> nodes = new LinkedHashMap<>();
  private final Map<String, JavaProcess> hosts = new LinkedHashMap<>();

  Fleet(Database database) {
    this.database = database;
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

  void addNode(
      FleetPlan plan,
      Path directory,
      String area,
      int index,
      List<Integer> clusterPorts,
      int gatewayPort,
      Map<String, List<Integer>> gateways) {
    int httpPort = Ports.free();
    String name = area + "-n" + (index % plan.controlNodes + 1);
    Map<String, String> properties = new TreeMap<>(plan.nodeProperties);
    properties.put("drover.node.name", name);
    properties.put("drover.node.area", area);
    properties.put("drover.node.cluster.port", Integer.toString(clusterPorts.get(index)));
    properties.put("drover.node.http.port", Integer.toString(httpPort));
    properties.put("drover.node.gateway.port", Integer.toString(gatewayPort));
    putList(properties, "drover.node.cluster.seed-nodes", clusterPorts);
    putBackups(properties, area, List.copyOf(gateways.keySet()));
    database
        .settings()
        .forEach((key, value) -> properties.put("drover.node.database." + key, value));
    JavaProcess process =
        JavaProcess.of(
            name,
            plan.nodeMain,
            "400m",
            properties,
            directory.resolve(name + ".log"),
            plan.fullSpeed);
    process.start();
    nodes.put(
        name,
        new ControlNode(area, process, URI.create("http://127.0.0.1:" + httpPort), gatewayPort));
  }

  void addHost(
      FleetPlan plan,
      Path directory,
      String area,
      String host,
      Map<String, List<Integer>> gateways) {
    String name = area + "-" + host;
    Map<String, String> properties = new TreeMap<>(plan.agentProperties);
    properties.put("drover.agent.name", host);
    properties.put("drover.agent.area", area);
    agentStates.put(name, directory.resolve(name));
    properties.put("drover.agent.state-dir", directory.resolve(name).toString());
    putList(properties, "drover.agent.control-endpoints", gateways.getOrDefault(area, List.of()));
    JavaProcess process =
        JavaProcess.of(
            name,
            plan.agentMain,
            "256m",
            properties,
            directory.resolve(name + ".log"),
            plan.fullSpeed);
    process.start();
    hosts.put(name, process);
  }

  /** Each area is backed up by those after it. */
  private static void putBackups(Map<String, String> properties, String area, List<String> areas) {
    List<String> backups = areas.subList(areas.indexOf(area) + 1, areas.size());
    for (int i = 0; i < backups.size(); i++) {
      properties.put("drover.node.backups." + i, backups.get(i));
    }
  }

  private static void putList(Map<String, String> properties, String key, List<Integer> ports) {
    for (int i = 0; i < ports.size(); i++) {
      properties.put(key + "." + i, "127.0.0.1:" + ports.get(i));
    }
  }

  /** Waits until every node is ready and every host is connected. */
  public void awaitReady() {
    for (ControlNode node : nodes.values()) {
      try {
        client(node)
            .await(node.process().name() + " to be ready", "/health/ready", READY_LIMIT, _ -> true);
      } catch (IllegalStateException e) {
        throw new IllegalStateException(e.getMessage() + "\n" + node.process().logTail(40), e);
      }
    }
    awaitHosts();
  }

  /**
   * Waits until every host that runs is connected: asks each entity, as lists are a little behind.
   */
  public void awaitHosts() {
    long expected = hosts.values().stream().filter(JavaProcess::isAlive).count();
    FleetClient client = anyClient();
    client.await(
        expected + " connected hosts",
        "/v1/hosts?limit=500",
        READY_LIMIT,
        list -> {
          long connected = 0;
          for (JsonNode host : list.path("items")) {
            JsonNode live = client.get("/v1/hosts/" + host.path("id").asText()).body();
            connected += "CONNECTED".equals(live.path("state").asText()) ? 1 : 0;
          }
          return connected >= expected;
        });
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
    JavaProcess host = hosts.get(area + "-" + name);
    if (host == null) {
      throw new IllegalArgumentException(
          "no host " + area + "-" + name + " among " + hosts.keySet());
    }
    return host;
  }

  /** All host agents. */
  public Collection<JavaProcess> hosts() {
    return hosts.values();
  }

  /** All processes, control nodes first. */
  public List<JavaProcess> processes() {
    List<JavaProcess> all = new ArrayList<>();
    nodes.values().forEach(node -> all.add(node.process()));
    all.addAll(hosts.values());
    return all;
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
    Path state = agentStates.getOrDefault(host.name(), Path.of(host.name()));
    return LeftGuests.of(state).stream()
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
    hosts.values().parallelStream().forEach(JavaProcess::stop);
    agentStates.values().forEach(LeftGuests::end);
    nodes.values().parallelStream().forEach(node -> node.process().stop());
    database.close();
  }
}
