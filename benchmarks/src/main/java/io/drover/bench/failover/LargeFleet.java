package io.drover.bench.failover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.simulated.SimulatedHost;
import io.drover.bench.simulated.SimulatedHosts;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.Fleet.ControlNode;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.harness.FleetPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Two areas with a control node each on one PostgreSQL; simulated hosts, all of the first area. */
final class LargeFleet implements AutoCloseable {
  static final String AREA = "north";
  static final String BACKUP = "south";
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final int IN_FLIGHT = 48;
  private static final int CELLS = 8;
  private static final int VM_CPU_MILLIS = 100;
  private static final long VM_BYTES = 16L << 20;
  private static final int REPORTS = 10;

  private final Fleet fleet;
  private final SimulatedHosts hosts;

  private LargeFleet(Fleet fleet) {
    this.fleet = fleet;
    this.hosts = new SimulatedHosts(AREA, List.of("127.0.0.1:" + node(fleet, AREA).gatewayPort()));
  }

  /** Of nodes that are made for so many hosts and VMs. */
  static FleetPlan plan(int hostLimit, int vmLimit) {
    return Fleet.of(AREA, BACKUP)
        .controlNodes(1)
        .hosts(0)
        .onPostgresql()
        .fullSpeed()
        .nodeProperty("drover.node.limits.hosts", Integer.toString(hostLimit))
        .nodeProperty("drover.node.limits.vms", Integer.toString(vmLimit));
  }

  static LargeFleet start(FleetPlan plan) throws IOException {
    Fleet fleet = plan.start(Files.createTempDirectory("drover-bench-failover"));
    try {
      fleet.awaitReady();
      return new LargeFleet(fleet);
    } catch (RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  private static ControlNode node(Fleet fleet, String area) {
    return fleet.node(area + "-n1");
  }

  ControlNode node(String area) {
    return node(fleet, area);
  }

  /** Where hosts find it. */
  String gateway(String area) {
    return "127.0.0.1:" + node(area).gatewayPort();
  }

  FleetClient client(String area) {
    return Fleet.client(node(area));
  }

  void kill(String area) {
    fleet.kill(node(area).process().name());
  }

  SimulatedHosts hosts() {
    return hosts;
  }

  void addHosts(int count) {
    hosts.add(count, PATIENCE);
  }

  /** The cell of a simulated host. */
  static CellId cell(SimulatedHost host) {
    return CellId.ofName(new AreaId(AREA), host.name(), CELLS);
  }

  /** Makes so many VMs, evenly on all hosts, and waits until each runs; answers their ids. */
  List<String> createVms(int count) throws InterruptedException {
    List<SimulatedHost> all = hosts.all();
    FleetClient client = client(AREA);
    String[] vms = new String[count];
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    CompletableFuture<Void> failed = new CompletableFuture<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count && !failed.isDone(); i++) {
        int index = i;
        inFlight.acquire();
        var _ =
            threads.submit(() -> {
              try {
                vms[index] = create(client, index, all.get(index % all.size()));
              } catch (RuntimeException e) {
                failed.completeExceptionally(e);
              } finally {
                inFlight.release();
              }
            });
        if ((index + 1) % Math.max(count / REPORTS, 1) == 0) {
          System.out.printf("  %d VMs asked for%n", index + 1);
        }
      }
    }
    failed.complete(null);
    failed.join();
    Awaitility.await("every VM to run")
        .atMost(PATIENCE)
        .until(() -> all.stream().mapToInt(SimulatedHost::guests).sum() == count);
    return List.of(vms);
  }

  private static String create(FleetClient client, int index, SimulatedHost host) {
    ObjectNode body = client.object().put("area", AREA).put("name", "vm-" + index);
    body.put("image", "pulse").put("host", new HostId(cell(host), host.name()).text());
    body.put("cpuMillis", VM_CPU_MILLIS).put("memoryBytes", VM_BYTES);
    return client.post("/v1/vms", body).expectSuccess("creating").path("id").asText();
  }

  /** Of the area as a node of that area shows it. */
  JsonNode await(String through, String what, Predicate<JsonNode> condition) {
    return client(through).await(what, "/v1/areas/" + AREA, PATIENCE, condition);
  }

  @Override
  public void close() {
    hosts.close();
    fleet.close();
  }
}
