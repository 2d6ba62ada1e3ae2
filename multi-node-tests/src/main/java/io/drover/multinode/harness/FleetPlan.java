package io.drover.multinode.harness;

import io.drover.config.units.ByteSize;
import io.drover.multinode.network.Loopback;
import io.drover.multinode.network.Network;
import io.drover.multinode.witness.WitnessImage;
import io.drover.multinode.witness.WitnessedAgent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a fleet will be made of. */
public final class FleetPlan {
  private static final List<String> AREA_NAMES =
      List.of("north", "south", "east", "west", "centre", "coast", "hills", "islands");

  private List<String> areas;
  final Map<String, String> nodeProperties = new TreeMap<>();
  final Map<String, String> agentProperties = new TreeMap<>();
  private int controlNodes = 1;
  private int hosts = 2;
  private int spareControlNodes;
  private int spareHosts;
  private boolean usesPostgresql;
  private boolean usesNamespaces;
  private boolean isDisturbed;
  private boolean isWitnessed;
  private Optional<ByteSize> agentDisk = Optional.empty();
  boolean fullSpeed;
  String nodeHeap = "400m";
  String nodeMain = "io.drover.node.Main";
  String agentMain = "io.drover.agent.AgentMain";

  FleetPlan(List<String> areas) {
    this.areas = areas;
  }

  /** So many areas; the first is {@code north}, the second {@code south}. */
  public FleetPlan areas(int count) {
    areas = AREA_NAMES.subList(0, count);
    return this;
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

  /** Control nodes per area beside those, not started: {@code north-n2} after one. */
  public FleetPlan spareControlNodes(int count) {
    spareControlNodes = count;
    return this;
  }

  /** Hosts per area beside those, not started: no control node has heard of them. */
  public FleetPlan spareHosts(int count) {
    spareHosts = count;
    return this;
  }

  public FleetPlan onPostgresql() {
    usesPostgresql = true;
    return this;
  }

  /** Each process in a network namespace of its own, where they can be made; else loopback. */
  public FleetPlan inNamespaces() {
    usesNamespaces = true;
    return this;
  }

  /** Clocks and disks can be disturbed, where there is a C compiler. */
  public FleetPlan disturbed() {
    isDisturbed = true;
    return this;
  }

  /** Each agent's state on a disk of this size, where one may be mounted. */
  public FleetPlan agentDisk(ByteSize size) {
    agentDisk = Optional.of(size);
    return this;
  }

  /** Guests of image {@code witness} write their effects where {@link Fleet#witness} reads them. */
  public FleetPlan witnessed() {
    isWitnessed = true;
    agentMain = WitnessedAgent.class.getName();
    return this;
  }

  /** Lets the JIT compile fully; processes start slower. */
  public FleetPlan fullSpeed() {
    fullSpeed = true;
    return this;
  }

  /** Of every control node, as in {@code -Xmx}. */
  public FleetPlan nodeHeap(String size) {
    nodeHeap = size;
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
    if (isWitnessed) {
      Path images = WitnessImage.unpack(directory.resolve("images"));
      agentProperties.put("drover.agent.images-dir", images.toString());
    }
    Network network = usesNamespaces ? Network.bestAvailable() : new Loopback();
    FleetBuilder builder = new FleetBuilder(this, directory, network);
    try {
      if (isDisturbed) {
        builder.disturb();
      }
      if (isWitnessed) {
        builder.witness();
      }
      builder.database(usesPostgresql);
      builder.controlNodes(areas, controlNodes, spareControlNodes);
      builder.hosts(areas, hosts, spareHosts, agentDisk);
      return builder.started();
    } catch (RuntimeException e) {
      builder.giveUp();
      throw e;
    }
  }
}
