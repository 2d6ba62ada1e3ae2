package io.drover.bench.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Positive;
import io.drover.bench.report.Report;
import io.drover.bench.report.ReportFile;
import io.drover.bench.simulated.ProcessFigures;
import io.drover.bench.simulated.SimulatedHost;
import io.drover.bench.simulated.SimulatedHosts;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code ./drover bench control}: VM creates and live migrations per second through HTTP on
 * PostgreSQL, and what they cost, with 8 simulated hosts, 200 VMs, 16 requests in flight: the shape
 * in which OpenStack Nova (Zed, fake driver) was measured on the same kind of machine.
 */
@Command(
    mixinStandardHelpOptions = true,
    name = "control",
    description = "VM creates and migrations per second, through HTTP.")
public final class ControlBenchmark implements Callable<Integer> {
  private static final String AREA = "north";
  private static final int HOSTS = 8;
  private static final int IN_FLIGHT = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final double NOVA_CREATES_PER_S = 2.2;
  private static final double NOVA_CREATE_CPU_S = 0.75;
  private static final double NOVA_MIGRATIONS_PER_S = 1.0;
  private static final double NOVA_MIGRATION_CPU_S = 1.6;
  private static final double NOVA_PSS_MIB = 2540;
  private static final double NOVA_DETECTION_S = 55;

  @Mixin private ReportFile json = new ReportFile();

  @Option(
      names = "--vms",
      defaultValue = "200",
      description = "VMs per repetition (default: 200)",
      converter = Positive.class)
  private int vmCount;

  @Option(
      names = "--repeat",
      defaultValue = "5",
      description = "counted repetitions (default: 5)",
      converter = Positive.class)
  private int repetitions;

  @Option(
      names = "--warm-up",
      defaultValue = "15",
      description = "repetitions before, until the code is compiled (default: 15)")
  private int warmUps;

  private final Report report = new Report("bench control");

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Path directory = Files.createTempDirectory("drover-bench-control");
    try (Fleet fleet =
            Fleet.of(AREA).controlNodes(1).hosts(0).onPostgresql().fullSpeed().start(directory);
        ExecutorService clients = Executors.newFixedThreadPool(IN_FLIGHT)) {
      fleet.awaitReady();
      Fleet.ControlNode node = fleet.nodes().iterator().next();
      try (SimulatedHosts hosts =
          new SimulatedHosts(AREA, List.of("127.0.0.1:" + node.gatewayPort()))) {
        hosts.add(HOSTS, PATIENCE);
        measure(node, clients, hosts);
      }
    }
    report.print(System.out);
    json.write(report);
    return report.isOk() ? 0 : 1;
  }

  private void measure(Fleet.ControlNode node, ExecutorService clients, SimulatedHosts hosts)
      throws IOException, InterruptedException, ExecutionException {
    FleetClient client = Fleet.client(node);
    client.await(
        HOSTS + " hosts",
        "/v1/hosts?limit=500",
        PATIENCE,
        list -> list.path("items").size() == HOSTS);
    measure(client, clients, node.process().pid());
    detection(client, hosts.all().getFirst());
  }

  private void measure(FleetClient client, ExecutorService clients, long nodePid)
      throws IOException, InterruptedException, ExecutionException {
    List<Double> createRates = new ArrayList<>();
    List<Double> createCpu = new ArrayList<>();
    List<Double> migrateRates = new ArrayList<>();
    List<Double> migrateCpu = new ArrayList<>();
    List<Double> pss = new ArrayList<>();
    for (int repetition = 0; repetition < warmUps + repetitions; repetition++) {
      String[] vms = new String[vmCount];
      Timing created = timed(clients, nodePid, i -> vms[i] = create(client, i));
      Timing migrated = timed(clients, nodePid, i -> migrate(client, vms[i]));
      pss.add(ProcessFigures.pssMib(controlPlane(nodePid)));
      timed(clients, nodePid, i -> delete(client, vms[i]));
      if (repetition == 0) { // of a node that was just started
        report.add(Metric.of("vm_create_per_s_first", vmCount / created.seconds, "1/s"));
        report.add(Metric.of("live_migrate_per_s_first", vmCount / migrated.seconds, "1/s"));
      }
      if (repetition >= warmUps) {
        createRates.add(vmCount / created.seconds);
        createCpu.add(created.cpuSeconds / vmCount);
        migrateRates.add(vmCount / migrated.seconds);
        migrateCpu.add(migrated.cpuSeconds / vmCount);
      }
    }
    report.add(
        Metric.ofSamples("vm_create_per_s", "1/s", createRates).atLeast(100 * NOVA_CREATES_PER_S));
    report.add(
        Metric.ofSamples("vm_create_cpu_s", "CPU s", createCpu).atMost(NOVA_CREATE_CPU_S / 100));
    report.add(
        Metric.ofSamples("live_migrate_per_s", "1/s", migrateRates)
            .atLeast(100 * NOVA_MIGRATIONS_PER_S));
    report.add(
        Metric.ofSamples("live_migrate_cpu_s", "CPU s", migrateCpu)
            .atMost(NOVA_MIGRATION_CPU_S / 100));
    // Of a node that has made as many VMs as one repetition has. Deleted ones rest for minutes.
    report.add(Metric.of("control_plane_pss_mib", pss.getFirst(), "MiB").atMost(NOVA_PSS_MIB / 10));
    report.add(Metric.of("control_plane_pss_after_all_mib", pss.getLast(), "MiB"));
  }

  private void detection(FleetClient client, SimulatedHost host) {
    host.hang();
    long startNs = System.nanoTime();
    client.await(
        "the hung host to be noticed",
        "/v1/hosts?limit=500",
        PATIENCE,
        list -> {
          for (JsonNode item : list.path("items")) {
            if (item.path("name").asText().equals(host.name())) {
              return !"CONNECTED".equals(item.path("state").asText());
            }
          }
          return false;
        });
    double seconds = (System.nanoTime() - startNs) / 1e9;
    report.add(Metric.of("detection_s", seconds, "s").atMost(NOVA_DETECTION_S / 10));
  }

  /** The node and every PostgreSQL process of the machine: what a request costs in all. */
  private static List<Long> controlPlane(long nodePid) {
    return Stream.concat(
            Stream.of(nodePid),
            ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/bin/postgres"))
                .map(ProcessHandle::pid))
        .toList();
  }

  private record Timing(double seconds, double cpuSeconds) {}

  /** One request of a repetition. */
  private interface Request {
    void run(int index);
  }

  private Timing timed(ExecutorService clients, long nodePid, Request request)
      throws IOException, InterruptedException, ExecutionException {
    double cpuBefore = ProcessFigures.cpuSeconds(controlPlane(nodePid));
    long startNs = System.nanoTime();
    List<Future<?>> pending = new ArrayList<>();
    for (int i = 0; i < vmCount; i++) {
      int index = i;
      pending.add(clients.submit(() -> request.run(index)));
    }
    for (Future<?> one : pending) {
      one.get();
    }
    double seconds = (System.nanoTime() - startNs) / 1e9;
    return new Timing(seconds, ProcessFigures.cpuSeconds(controlPlane(nodePid)) - cpuBefore);
  }

  private static String create(FleetClient client, int index) {
    JsonNode vm = client.createVm(AREA, "vm-" + index, "pulse", 100, 16 << 20, Map.of());
    String id = vm.path("id").asText();
    client.await(
        "VM to run",
        "/v1/vms/" + id,
        PATIENCE,
        body -> "RUNNING".equals(body.path("phase").asText()));
    return id;
  }

  private void migrate(FleetClient client, String vm) {
    String id =
        client
            .post("/v1/vms/" + vm + ":migrate", client.object())
            .expectSuccess("migrating")
            .path("id")
            .asText();
    JsonNode migration =
        client.await(
            "migration", "/v1/migrations/" + id, PATIENCE, body -> body.path("over").asBoolean());
    String phase = migration.path("phase").asText();
    if (!"COMPLETED".equals(phase)) {
      throw new IllegalStateException(id + " ended " + phase + ": " + migration);
    }
  }

  private static void delete(FleetClient client, String vm) {
    client.delete("/v1/vms/" + vm).expectSuccess("deleting " + vm);
  }
}
