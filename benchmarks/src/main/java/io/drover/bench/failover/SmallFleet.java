package io.drover.bench.failover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.multinode.check.SingleRunner;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.Fleet.ControlNode;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.witness.WitnessImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * Two areas of real processes on one PostgreSQL: each two control nodes and three hosts. Guests
 * have an effect every 20 ms that the witness sees.
 */
final class SmallFleet implements AutoCloseable {
  static final String AREA = "north";
  static final String BACKUP = "south";
  static final Duration PATIENCE = Duration.ofMinutes(3);
  static final double NS_PER_SECOND = 1e9;
  private static final int NODES = 2;
  private static final int HOSTS = 3;
  private static final long VM_BYTES = 2L << 20;
  private static final int VM_CPU_MILLIS = 100;

  private final Fleet fleet;
  private final EffectLog effects;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private int vmsMade;

  private SmallFleet(Fleet fleet) {
    this.fleet = fleet;
    this.effects = new EffectLog(fleet.witness());
  }

  static SmallFleet start() throws IOException {
    Fleet fleet =
        Fleet.of(AREA, BACKUP)
            .controlNodes(NODES)
            .hosts(HOSTS)
            .onPostgresql()
            .witnessed()
            .agentProperty("drover.agent.capacity.cpu-millis", "4000")
            .agentProperty("drover.agent.capacity.memory", "256MiB")
            .start(Files.createTempDirectory("drover-bench-failover"));
    SmallFleet started = new SmallFleet(fleet);
    try {
      fleet.awaitReady();
      fleet.machines().forEach(host -> started.awaitLease(host.name()));
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  Fleet fleet() {
    return fleet;
  }

  EffectLog effects() {
    return effects;
  }

  /** Of a node of the backup, which is never killed but with all others. */
  FleetClient client() {
    return Fleet.client(survivor());
  }

  private ControlNode survivor() {
    return fleet.node(BACKUP + "-n1");
  }

  List<ControlNode> nodesOf(String area) {
    return fleet.nodes().stream().filter(node -> node.area().equals(area)).toList();
  }

  /** The id of a host by the harness's name, {@code north-h1}. */
  String hostId(String name) {
    int dash = name.lastIndexOf('-');
    return client().hostId(name.substring(0, dash), name.substring(dash + 1));
  }

  /** Makes so many VMs on a host, and waits until the witness has seen each. */
  List<String> createVms(String host, int count) {
    List<String> vms = new ArrayList<>();
    String hostId = hostId(host);
    for (int i = 0; i < count; i++) {
      ObjectNode body = client().object().put("area", AREA).put("name", "measured-" + ++vmsMade);
      body.put("image", WitnessImage.NAME).put("host", hostId);
      body.put("cpuMillis", VM_CPU_MILLIS).put("memoryBytes", VM_BYTES);
      vms.add(client().post("/v1/vms", body).expectSuccess("creating").path("id").asText());
    }
    vms.forEach(vm -> effects.await(vm, PATIENCE, _ -> true));
    return vms;
  }

  /** Deletes them; what they did is forgotten. */
  void deleteVms(Collection<String> vms) {
    vms.forEach(vm -> client().deleteVm(vm, PATIENCE));
    effects.forget(vms);
  }

  /** Waits until a host is connected, and witnesses vouch for it. */
  void awaitLease(String host) {
    String id = hostId(host);
    client()
        .await(
            host + " to have a lease",
            "/v1/hosts/" + id,
            PATIENCE,
            h ->
                h.path("state").asText().equals("CONNECTED")
                    && h.path("liveness").path("lease").path("held").asBoolean());
  }

  JsonNode area() {
    return client().get("/v1/areas/" + AREA).expectSuccess("reading the area");
  }

  JsonNode awaitArea(String what, Predicate<JsonNode> condition) {
    return client().await(what, "/v1/areas/" + AREA, PATIENCE, condition);
  }

  /** Starts the area's dead control nodes, and waits until they run it as before. */
  void bringBackAreaNodes() {
    List<ControlNode> nodes = nodesOf(AREA);
    nodes.stream()
        .filter(node -> !node.process().isAlive())
        .forEach(node -> node.process().start());
    fleet.awaitReady(PATIENCE);
    awaitArea("all nodes to report", a -> a.path("controlNodes").size() == nodes.size());
    Awaitility.await("failing back")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> client().post("/v1/areas/north:failback", client().object()).isSuccess());
    List<String> names = nodes.stream().map(node -> node.process().name()).toList();
    awaitArea("every node to run a part of the area", a -> isSpread(a, names));
  }

  /** Whether all hosts are where they belong, and each node runs cells. */
  private static boolean isSpread(JsonNode area, List<String> nodes) {
    List<String> running =
        area.path("cells")
            .valueStream()
            .map(cell -> cell.path("node").asText())
            .filter(node -> !node.isEmpty())
            .distinct()
            .toList();
    return area.path("managedBy").asText().equals(AREA)
        && area.path("hostsToSwitch").asInt() == 0
        && running.size() == nodes.size()
        && running.containsAll(nodes);
  }

  ApiProbe probeVm(String vm) {
    return ApiProbe.get(http, uri("/v1/vms/" + vm), timer);
  }

  ApiProbe probeStop(String vm) {
    return ApiProbe.post(http, uri("/v1/vms/" + vm + ":stop"), timer);
  }

  private URI uri(String path) {
    return survivor().api().resolve(path);
  }

  /** What the witness says against the fleet. */
  List<String> violations() {
    return SingleRunner.check(fleet.witness().testimonies()).violations();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    http.shutdownNow();
    fleet.close();
  }
}
