package io.drover.bench.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import io.drover.multinode.harness.Fleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * An embedded guest of 1 GiB, half of it zero, dirtying 1,000 pages/s, is moved to and fro; before
 * each move, raw Aeron carries the same number of bytes between the same two processes: once to
 * nowhere, and once into fresh memory, as a migration has to. A kernel that runs in a virtual
 * machine may give free memory back to the machine below (free page reporting); writing to it then
 * waits for that machine, with or without Drover: the second rate shows how long.
 */
final class EmbeddedHalf {
  private static final long GUEST_BYTES = 1L << 30;
  private static final int CONTENT_PAGES = 131_072;
  private static final long CONTENT_BYTES = CONTENT_PAGES * 4096L;
  private static final Map<String, String> LOAD =
      Map.of("pages", CONTENT_PAGES + "", "fill", "yes", "rate", "1000");

  private final Report report;
  private final int runs;
  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> blackouts = new ArrayList<>();
  private final List<Double> rawRates = new ArrayList<>();
  private final List<Double> keptRates = new ArrayList<>();
  private final List<Double> ourRates = new ArrayList<>();

  EmbeddedHalf(Report report, int runs) {
    this.report = report;
    this.runs = runs;
  }

  void measure(Workspace workspace) {
    try (Fleet fleet =
        workspace.start(
            Fleet.of("north")
                .controlNodes(1)
                .hosts(2)
                .fullSpeed()
                .mains("io.drover.node.Main", MeasuredAgent.class.getName())
                .agentProperty("drover.agent.capacity.memory", "3GiB"),
            "embedded")) {
      fleet.awaitReady();
      FleetVms vms = new FleetVms(fleet.anyClient(), report);
      RawEnd first = new RawEnd(workspace.folder("embedded").resolve("north-h1"));
      RawEnd second = new RawEnd(workspace.folder("embedded").resolve("north-h2"));
      String vm = vms.create("half", "churn", "h1", GUEST_BYTES, LOAD);
      vms.await(
          vm,
          "the guest to fill its half",
          shown -> shown.path("report").path("filled").asLong() >= CONTENT_PAGES);
      List<JsonNode> warmUps = SmallGuest.migrate(vms);
      report.add(Metric.of("small_guest_blackout_first_ms", blackoutMs(warmUps.getFirst()), "ms"));
      for (int run = 0; run <= runs; run++) {
        boolean forth = run % 2 == 0;
        RawEnd source = forth ? first : second;
        RawEnd target = forth ? second : first;
        double raw = rawRate(source, target, "receive");
        double kept = rawRate(source, target, "keep");
        JsonNode migration = vms.migrate(vm, forth ? "h2" : "h1");
        if (run > 0) { // the first warms up both
          count(raw, kept, migration);
        }
      }
      report.require(
          vms.show(vm).path("report").path("corrupted").asLong() == 0,
          "the guest found corrupted pages");
      vms.delete(vm);
    }
    publish();
  }

  private static double blackoutMs(JsonNode migration) {
    return migration.path("figures").path("downtimes").path("vcpuUs").asDouble() / 1000;
  }

  /** Bytes per second between the two processes. */
  private static double rawRate(RawEnd source, RawEnd target, String receive) {
    source.command("open");
    String endpoint = target.command("open");
    CompletableFuture<String> received =
        CompletableFuture.supplyAsync(() -> target.command(receive + " " + CONTENT_BYTES));
    source.command("send " + endpoint + " " + CONTENT_BYTES);
    double rate = CONTENT_BYTES * 1e9 / Long.parseLong(received.join());
    source.command("close");
    target.command("close");
    return rate;
  }

  private void count(double raw, double kept, JsonNode migration) {
    report.details().withArray("migrations").add(migration);
    JsonNode round = migration.path("rounds").path(0);
    double ours = round.path("sentBytes").asDouble() * 1e6 / round.path("durationUs").asDouble();
    rawRates.add(raw / (1 << 20));
    keptRates.add(kept / (1 << 20));
    ourRates.add(ours / (1 << 20));
    ratios.add(ours / raw);
    blackouts.add(blackoutMs(migration));
  }

  private void publish() {
    report.add(Metric.ofSamples("embedded_bytes_vs_raw_aeron", "ratio", ratios).atLeast(0.6));
    report.add(Metric.ofSamples("embedded_mib_per_s", "MiB/s", ourRates));
    report.add(Metric.ofSamples("raw_aeron_mib_per_s", "MiB/s", rawRates));
    report.add(Metric.ofSamples("raw_aeron_to_fresh_memory_mib_per_s", "MiB/s", keptRates));
    report.add(Metric.ofSamples("embedded_blackout_p50_ms", "ms", blackouts).atMost(5));
  }
}
