package io.drover.bench.failover;

import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import io.drover.bench.simulated.ProcessFigures;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;

/**
 * A large area loses its only control node: when its backup takes operations on VMs of every cell,
 * when every host is with it, when every VM is in its memory, and how much of that it needs.
 */
final class FleetTakeover {
  private static final String HEAP = "3g";

  /** Two cores are for control nodes, the database and all hosts: no 10,000 beats a second. */
  private static final String HEARTBEAT = "3s";

  private static final String SESSION_TIMEOUT = "10s";
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final double NS_PER_SECOND = 1e9;

  private final int hostCount;
  private final int vmCount;

  FleetTakeover(int hostCount, int vmCount) {
    this.hostCount = hostCount;
    this.vmCount = vmCount;
  }

  void measure(Report report) throws IOException, InterruptedException {
    var plan =
        LargeFleet.plan(2 * hostCount, 2 * vmCount)
            .nodeHeap(HEAP)
            .nodeProperty("drover.node.database.pool", "20")
            .nodeProperty("drover.entities.heartbeat-interval", HEARTBEAT)
            .nodeProperty("drover.entities.session-timeout", SESSION_TIMEOUT);
    try (LargeFleet fleet = LargeFleet.start(plan)) {
      long startNs = System.nanoTime();
      fleet.addHosts(hostCount);
      double hostSeconds = since(startNs);
      System.out.printf("  %d hosts connected in %.0f s%n", hostCount, hostSeconds);
      startNs = System.nanoTime();
      List<String> vms = fleet.createVms(vmCount);
      double vmSeconds = since(startNs);
      System.out.printf("  %d VMs run after %.0f s%n", vmCount, vmSeconds);
      report.add(Metric.of("fleet_hosts_connected_per_s", hostCount / hostSeconds, "1/s"));
      report.add(Metric.of("fleet_vms_created_per_s", vmCount / vmSeconds, "1/s"));
      report.add(Metric.of("fleet_area_node_pss_mib", pss(fleet, LargeFleet.AREA), "MiB"));
      report.add(Metric.of("fleet_idle_cpu_share", idleCpu(fleet), "cores"));
      lose(fleet, oneOfEachCell(vms), report);
    }
  }

  /** What the area's node needs while nothing happens but heartbeats. */
  private static double idleCpu(LargeFleet fleet) throws IOException {
    List<Long> node = List.of(fleet.node(LargeFleet.AREA).process().pid());
    double before = ProcessFigures.cpuSeconds(node);
    Duration watched = Duration.ofSeconds(20);
    Pause.of(watched);
    return (ProcessFigures.cpuSeconds(node) - before) / watched.toSeconds();
  }

  private void lose(LargeFleet fleet, Collection<String> vms, Report report) throws IOException {
    List<Long> backup = List.of(fleet.node(LargeFleet.BACKUP).process().pid());
    double cpuBefore = ProcessFigures.cpuSeconds(backup);
    long killedNs = System.nanoTime();
    fleet.kill(LargeFleet.AREA);
    double accepted = seconds(killedNs, acceptedNs(fleet, vms, killedNs));
    System.out.printf("  operations on VMs of every cell after %.1f s%n", accepted);
    fleet.await(
        LargeFleet.BACKUP,
        "every host to be with the backup",
        a ->
            a.path("managedBy").asText().equals(LargeFleet.BACKUP)
                && a.path("hostsToSwitch").asInt() == 0);
    double switched = since(killedNs);
    System.out.printf("  all hosts with the backup after %.1f s%n", switched);
    fleet
        .client(LargeFleet.BACKUP)
        .await(
            "every VM to be in memory",
            "/v1/areas/" + LargeFleet.BACKUP,
            PATIENCE,
            a -> a.path("controlNodes").path(0).path("vms").asInt() >= vmCount - vms.size());
    double inMemory = since(killedNs);
    System.out.printf("  all VMs in the backup's memory after %.1f s%n", inMemory);
    report.add(Metric.of("fleet_takeover_accept_s", accepted, "s").atMost(30));
    report.add(Metric.of("fleet_endpoint_switch_all_hosts_s", switched, "s"));
    report.add(Metric.of("fleet_vms_in_memory_s", inMemory, "s"));
    report.add(Metric.of("fleet_backup_node_pss_mib", pss(fleet, LargeFleet.BACKUP), "MiB"));
    report.add(
        Metric.of("fleet_takeover_cpu_s", ProcessFigures.cpuSeconds(backup) - cpuBefore, "CPU s"));
    report
        .details()
        .put("fleetHosts", hostCount)
        .put("fleetVms", vmCount)
        .put("nodeHeap", HEAP)
        .put("heartbeat", HEARTBEAT);
  }

  private static long acceptedNs(LargeFleet fleet, Collection<String> vms, long killedNs) {
    List<ApiProbe> probes = new ArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      vms.forEach(vm ->
          probes.add(
              ApiProbe.post(
                  http,
                  fleet.node(LargeFleet.BACKUP).api().resolve("/v1/vms/" + vm + ":stop"),
                  timer)));
      Awaitility.await("the backup to take operations")
          .atMost(PATIENCE)
          .until(
              () -> probes.stream().allMatch(probe -> probe.firstAnswerNs(killedNs).isPresent()));
      probes.forEach(ApiProbe::close);
      http.shutdownNow();
    }
    return probes.stream()
        .mapToLong(probe -> probe.firstAnswerNs(killedNs).orElseThrow())
        .max()
        .orElseThrow();
  }

  private static Collection<String> oneOfEachCell(List<String> vms) {
    Map<String, String> byCell = new LinkedHashMap<>();
    vms.forEach(vm -> byCell.putIfAbsent(vm.substring(0, vm.lastIndexOf('-')), vm));
    return byCell.values();
  }

  private static double pss(LargeFleet fleet, String area) throws IOException {
    return ProcessFigures.pssMib(List.of(fleet.node(area).process().pid()));
  }

  private static double since(long startNs) {
    return seconds(startNs, System.nanoTime());
  }

  private static double seconds(long fromNs, long toNs) {
    return (toNs - fromNs) / NS_PER_SECOND;
  }
}
