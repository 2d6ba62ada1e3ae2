package io.drover.multinode.harness;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a fleet will be made of. */
public final class FleetPlan {
  private final List<String> areas;
  final Map<String, String> nodeProperties = new TreeMap<>();
  final Map<String, String> agentProperties = new TreeMap<>();
  int controlNodes = 1;
  private int hosts = 2;
  private boolean usesPostgresql;
  boolean fullSpeed;
  String nodeMain = "io.drover.node.Main";
  String agentMain = "io.drover.agent.AgentMain";

  FleetPlan(List<String> areas) {
    this.areas = areas;
  }

  /** Control nodes per area. */
  public FleetPlan controlNodes(int count) {
    controlNodes = count;
    return this;
  }

  /** Hosts per area. */
  public FleetPlan hosts(int count) {
    hosts = count;
    return this;
  }

  public FleetPlan onPostgresql() {
    usesPostgresql = true;
    return this;
  }

  /** Lets the JIT compile fully; processes start slower. */
  public FleetPlan fullSpeed() {
    fullSpeed = true;
    return this;
  }

  /**
   * A setting of every control node: {@code http.port}, below {@code drover.node}, or a full key.
   */
  public FleetPlan nodeProperty(String key, String value) {
    nodeProperties.put(key, value);
    return this;
  }

  public FleetPlan agentProperty(String key, String value) {
    agentProperties.put(key, value);
    return this;
  }

  /** Other mains than the shipped ones: those of tests stop at an exact phase. */
  public FleetPlan mains(String node, String agent) {
    nodeMain = node;
    agentMain = agent;
    return this;
  }

  /** Starts every process; logs, state and database live below {@code directory}. */
  public Fleet start(Path directory) {
    Path data = directory.resolve("database");
    Fleet fleet = new Fleet(usesPostgresql ? Database.postgresql(data) : Database.h2(data));
    fleet.endWithThisProcess();
    try {
      startAll(fleet, directory);
      return fleet;
    } catch (RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  private void startAll(Fleet fleet, Path directory) {
    Map<String, List<Integer>> gateways = new LinkedHashMap<>();
    for (String area : areas) {
      gateways.put(area, Stream.generate(Ports::free).limit(controlNodes).toList());
    }
    List<Integer> clusterPorts =
        Stream.generate(Ports::free).limit((long) controlNodes * areas.size()).toList();
    int index = 0;
    for (String area : areas) {
      for (int gatewayPort : gateways.getOrDefault(area, List.of())) {
        fleet.addNode(this, directory, area, index++, clusterPorts, gatewayPort, gateways);
      }
    }
    for (String area : areas) {
      for (int host = 1; host <= hosts; host++) {
        fleet.addHost(this, directory, area, "h" + host, gateways);
      }
    }
  }
}
