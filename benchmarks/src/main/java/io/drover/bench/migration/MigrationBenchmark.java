package io.drover.bench.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./drover bench migration}: an embedded guest of 1 GiB, half of it zero, dirtying 1,000
 * pages/s, is moved to and fro; before each move, raw Aeron carries the same number of bytes
 * between the same two processes.
 */
@Command(name = "migration", description = "Live migration against raw Aeron, interleaved.")
public final class MigrationBenchmark implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long GUEST_BYTES = 1L << 30;
  private static final int CONTENT_PAGES = 131_072;
  private static final long CONTENT_BYTES = CONTENT_PAGES * 4096L;

  @Option(names = "--json", paramLabel = "FILE", description = "write the report as data, too")
  private @Nullable Path json;

  @Option(names = "--runs", defaultValue = "10", description = "counted migrations (default: 10)")
  private int runs;

  private final Report report = new Report("bench migration");
  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> blackouts = new ArrayList<>();
  private final List<Double> rawRates = new ArrayList<>();
  private final List<Double> ourRates = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory("drover-bench-migration");
    try (Fleet fleet =
        Fleet.of("north")
            .controlNodes(1)
            .hosts(2)
            .fullSpeed()
            .mains("io.drover.node.Main", MeasuredAgent.class.getName())
            .agentProperty("drover.agent.capacity.memory", "3GiB")
            .start(directory)) {
      fleet.awaitReady();
      FleetClient client = fleet.anyClient();
      RawEnd first = new RawEnd(directory.resolve("north-h1"));
      RawEnd second = new RawEnd(directory.resolve("north-h2"));
      String vm = guest(client);
      for (int run = 0; run <= runs; run++) {
        boolean forth = run % 2 == 0;
        double raw = forth ? rawRate(first, second) : rawRate(second, first);
        JsonNode migration = migrate(client, vm, forth ? "h2" : "h1");
        if (run > 0) { // the first warms up both
          count(raw, migration);
        }
      }
      report.require(
          client.vm(vm).path("report").path("corrupted").asLong() == 0,
          "the guest found corrupted pages");
      client.deleteVm(vm, PATIENCE);
    }
    publish();
    return report.isOk() ? 0 : 1;
  }

  private String guest(FleetClient client) {
    ObjectNode body =
        client.object().put("area", "north").put("name", "half").put("image", "churn");
    body.put("cpuMillis", 500).put("memoryBytes", GUEST_BYTES).put("host", hostId(client, "h1"));
    body.putObject("arguments")
        .put("pages", CONTENT_PAGES + "")
        .put("fill", "yes")
        .put("rate", "1000");
    String vm =
        client.post("/v1/vms", body).expectSuccess("creating the guest").path("id").asText();
    client.await(
        "the guest to fill its half",
        "/v1/vms/" + vm,
        PATIENCE,
        v -> v.path("report").path("filled").asLong() >= CONTENT_PAGES);
    return vm;
  }

  /** Bytes per second between the two processes. */
  private static double rawRate(RawEnd source, RawEnd target) {
    String endpoint = target.command("endpoint");
    CompletableFuture<String> received =
        CompletableFuture.supplyAsync(() -> target.command("receive " + CONTENT_BYTES));
    source.command("send " + endpoint + " " + CONTENT_BYTES);
    return CONTENT_BYTES * 1e9 / Long.parseLong(received.join());
  }

  private JsonNode migrate(FleetClient client, String vm, String host) {
    ObjectNode request = client.object().put("target", hostId(client, host));
    String id =
        client
            .post("/v1/vms/" + vm + ":migrate", request)
            .expectSuccess("migrating")
            .path("id")
            .asText();
    JsonNode migration =
        client.await(
            "the end of " + id, "/v1/migrations/" + id, PATIENCE, m -> m.path("over").asBoolean());
    String phase = migration.path("phase").asText();
    report.require("COMPLETED".equals(phase), id + " ended " + phase);
    report.require(
        migration.path("figures").path("digestsEqual").asBoolean(), id + " has no equal digests");
    report.details().withArray("migrations").add(migration);
    return migration;
  }

  private void count(double rawBytesPerSecond, JsonNode migration) {
    JsonNode round = migration.path("rounds").path(0);
    double ours = round.path("sentBytes").asDouble() * 1e6 / round.path("durationUs").asDouble();
    rawRates.add(rawBytesPerSecond / (1 << 20));
    ourRates.add(ours / (1 << 20));
    ratios.add(ours / rawBytesPerSecond);
    blackouts.add(migration.path("figures").path("downtimes").path("vcpuUs").asDouble() / 1000);
  }

  private void publish() throws IOException {
    report.add(
        Metric.ofSamples("embedded_bytes_vs_raw_aeron", "ratio", array(ratios)).atLeast(0.6));
    report.add(Metric.ofSamples("embedded_mib_per_s", "MiB/s", array(ourRates)));
    report.add(Metric.ofSamples("raw_aeron_mib_per_s", "MiB/s", array(rawRates)));
    report.add(Metric.ofSamples("embedded_blackout_p50_ms", "ms", array(blackouts)).atMost(5));
    report.print(System.out);
    if (json != null) {
      report.write(json);
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static String hostId(FleetClient client, String name) {
    for (JsonNode host :
        client.get("/v1/hosts?limit=500").expectSuccess("listing hosts").path("items")) {
      if (host.path("name").asText().equals(name)) {
        return host.path("id").asText();
      }
    }
    throw new IllegalStateException("no host " + name);
  }
}
