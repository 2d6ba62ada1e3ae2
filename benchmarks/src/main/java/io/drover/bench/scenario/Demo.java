package io.drover.bench.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Report;
import io.drover.bench.report.ReportFile;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.harness.FleetPlan;
import io.drover.multinode.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code ./drover demo}: two areas of real processes; VMs are migrated between hosts and areas, a
 * host is killed in the middle of a migration, and then an area's control plane. Exit code 0 only
 * when nothing was lost that did not die.
 */
@Command(
    mixinStandardHelpOptions = true,
    name = "demo",
    description = "Starts a fleet, migrates VMs, kills a host and a control plane, and reports.")
public final class Demo implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final long MIB = 1L << 20;
  private static final int SLOW_BYTES_PER_SECOND = 2 << 20;

  @Mixin private ReportFile json = new ReportFile();

  @Option(names = "--keep", description = "leave the fleet running until Ctrl-C")
  private boolean keep;

  private final Narrator narrator = new Narrator(System.out);
  private final Report report = new Report("demo");
  private final Map<String, String> vms = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("drover-demo");
    Optional<Path> images = LinuxImage.find();
    narrator.heading(
        "Starting a fleet: 2 areas, each 1 control node and 2 hosts, every one a process");
    FleetPlan plan = Fleet.of("north", "south").controlNodes(1).hosts(2);
    plan.agentProperty("drover.agent.capacity.cpu-millis", "4000");
    plan.agentProperty("drover.agent.capacity.memory", "2GiB");
    images.ifPresent(path -> plan.agentProperty("drover.agent.images-dir", path.toString()));
    try (Fleet fleet = plan.start(directory)) {
      fleet.awaitReady();
      FleetClient client = Fleet.client(fleet.node("south-n1")); // it is there to the end
      narrator.say("ready; the API is at %s, logs are in %s", client.base(), directory);
      createVms(client, images);
      migrateAll(client);
      killHost(fleet, client);
      killControlPlane(fleet, client);
      checkGuests(client);
      finish(client, directory);
    }
    return report.isOk() ? 0 : 1;
  }

  private void createVms(FleetClient client, Optional<Path> images) {
    narrator.heading("Creating VMs");
    create(client, "north", "h1", "pulse-1", "pulse", 16, Map.of());
    create(client, "north", "h1", "pulse-2", "pulse", 16, Map.of());
    create(client, "south", "h1", "pulse-3", "pulse", 16, Map.of("pages", "3000"));
    create(client, "north", "h1", "worker", "churn", 64, Map.of("rate", "1000"));
    create(client, "north", "h1", "pulse-4", "pulse", 16, Map.of());
    if (images.isPresent()) {
      create(client, "north", "h1", "linux", "linux", 256, Map.of("dirty_pages_per_s", "500"));
    } else {
      narrator.say("no Linux guest: %s", LinuxImage.HOW_TO_GET_IT);
    }
    vms.forEach((name, _) -> awaitBeating(client, name));
    narrator.say("all of them run and beat");
  }

  private void create(
      FleetClient client,
      String area,
      String host,
      String name,
      String image,
      long memoryMib,
      Map<String, String> arguments) {
    ObjectNode body = client.object().put("area", area).put("name", name).put("image", image);
    body.put("cpuMillis", 250)
        .put("memoryBytes", memoryMib * MIB)
        .put("host", client.hostId(area, host));
    ObjectNode guestArguments = body.putObject("arguments");
    arguments.forEach(guestArguments::put);
    JsonNode vm = client.post("/v1/vms", body).expectSuccess("creating " + name);
    vms.put(name, vm.path("id").asText());
    narrator.say(
        "%-8s %-6s %3d MiB on %s/%s  %s", name, image, memoryMib, area, host, vms.get(name));
  }

  private void migrateAll(FleetClient client) {
    narrator.heading("Live migrations");
    migrate(client, "pulse-1", "north", "h2");
    migrate(client, "worker", "north", "h2");
    migrate(client, "pulse-2", "south", "h2");
    if (vms.containsKey("linux")) {
      migrate(client, "linux", "north", "h2");
    }
  }

  private void migrate(FleetClient client, String name, String area, String host) {
    long beatsBefore = beats(client, name);
    narrator.say("%s → %s/%s", name, area, host);
    String id = request(client, name, client.hostId(area, host), 0);
    JsonNode migration = awaitOver(client, id);
    narrator.migration(migration);
    String phase = migration.path("phase").asText();
    report.require("COMPLETED".equals(phase), "migration of " + name + " ended " + phase);
    awaitBeatsAbove(client, name, beatsBefore);
    report.details().withObject("/migrations").set(name, migration);
    JsonNode blackout = migration.path("figures").path("downtimes").path("vcpuUs");
    report.add(
        Metric.of("blackout_" + name.replace('-', '_') + "_ms", blackout.asDouble() / 1000, "ms"));
  }

  private void killHost(Fleet fleet, FleetClient client) {
    narrator.heading("A host dies in the middle of a migration");
    String id = request(client, "pulse-3", client.hostId("north", "h1"), SLOW_BYTES_PER_SECOND);
    client.await(
        "pre-copy",
        "/v1/migrations/" + id,
        PATIENCE,
        m -> "PRE_COPY".equals(m.path("phase").asText()));
    JavaProcess agent = fleet.host("north", "h1");
    long pid = agent.pid();
    agent.kill();
    double killed = narrator.elapsedSeconds();
    narrator.say("pulse-3 was on its way to north/h1; kill -9 %d, the agent there", pid);
    JsonNode migration = awaitOver(client, id);
    String phase = migration.path("phase").asText();
    narrator.say("the migration ended %s: %s", phase, lastReason(migration));
    report.require("ROLLED_BACK".equals(phase), "the interrupted migration ended " + phase);
    awaitBeatsAbove(client, "pulse-3", beats(client, "pulse-3"));
    String at = client.vm(vms.getOrDefault("pulse-3", "")).path("host").asText();
    narrator.say("pulse-3 beats on at %s", at);
    report.require(at.startsWith("host-south-"), "pulse-3 runs at " + at);
    JsonNode restarted = awaitElsewhere(client, "pulse-4", client.hostId("north", "h1"));
    double seconds = narrator.elapsedSeconds() - killed;
    narrator.say(
        "pulse-4 died with the host, and was started at %s: it beats %.1f s after the kill",
        restarted.path("host").asText(), seconds);
    report.add(Metric.of("host_killed_to_beat_elsewhere_s", seconds, "s"));
    narrator.say("its proof: %s", proof(client.get("/v1/hosts/" + client.hostId("north", "h1"))));
    agent.start();
    fleet.awaitHosts();
    narrator.say("north/h1 is back, with nothing left of it");
  }

  private JsonNode awaitElsewhere(FleetClient client, String name, String lost) {
    return client.await(
        name + " to beat elsewhere",
        "/v1/vms/" + vms.get(name),
        PATIENCE,
        vm -> !vm.path("host").asText().equals(lost) && life(vm) > 0);
  }

  private static String proof(FleetClient.Answer host) {
    JsonNode fenced = host.body().path("liveness").path("fenced");
    return fenced.path("by").asText() + ", " + fenced.path("evidence").asText();
  }

  private void killControlPlane(Fleet fleet, FleetClient client) {
    narrator.heading("The control plane of area north dies");
    JsonNode before = client.vm(vms.getOrDefault("worker", ""));
    JavaProcess node = fleet.node("north-n1").process();
    long pid = node.pid();
    node.kill();
    double killed = narrator.elapsedSeconds();
    narrator.say("kill -9 %d, its only control node; south is its backup", pid);
    client.await(
        "south to manage north",
        "/v1/areas/north",
        PATIENCE,
        area -> "south".equals(area.path("managedBy").asText()));
    awaitBeatsAbove(client, "worker", life(before));
    double seconds = narrator.elapsedSeconds() - killed;
    narrator.say("south manages north after %.1f s; north's agents talk to south", seconds);
    report.add(Metric.of("takeover_s", seconds, "s"));
    JsonNode after = client.vm(vms.getOrDefault("worker", ""));
    boolean untouched =
        after.path("runEpoch").asLong() == before.path("runEpoch").asLong()
            && after.path("host").equals(before.path("host"));
    report.require(untouched, "worker was touched by the takeover: " + after);
    node.start();
    narrator.say("the node starts again; ./drover area failback north gives it its area back");
  }

  private void checkGuests(FleetClient client) {
    narrator.heading("What the guests say");
    long lost = 0;
    long repeated = 0;
    long corrupted = 0;
    for (Map.Entry<String, String> entry : vms.entrySet()) {
      JsonNode vm = client.vm(entry.getValue());
      JsonNode said = vm.path("report");
      narrator.line(
          "%-8s %-8s on %-22s %,8d beats or writes, lost %d, repeated %d, corrupted %d",
          entry.getKey(),
          vm.path("phase").asText().toLowerCase(Locale.ROOT),
          vm.path("host").asText(),
          life(vm),
          said.path("lost").asLong(),
          said.path("repeated").asLong(),
          said.path("corrupted").asLong());
      report.require("RUNNING".equals(vm.path("phase").asText()), entry.getKey() + " does not run");
      lost += said.path("lost").asLong();
      repeated += said.path("repeated").asLong();
      corrupted += said.path("corrupted").asLong();
    }
    report.require(
        lost + repeated + corrupted == 0, "guests lost, repeated or corrupted something");
    report.add(Metric.of("guest_beats_lost", (double) lost, "beats").atMost(0));
    report.add(Metric.of("guest_beats_repeated", (double) repeated, "beats").atMost(0));
    report.add(Metric.of("guest_beats_corrupted", (double) corrupted, "beats").atMost(0));
  }

  private void finish(FleetClient client, Path directory) throws IOException, InterruptedException {
    report.add(Metric.of("total_s", narrator.elapsedSeconds(), "s").atMost(90));
    narrator.heading(
        report.isOk() ? "Nothing was lost." : "Something went wrong; logs are in " + directory);
    report.print(System.out);
    json.write(report);
    if (keep) {
      narrator.heading("The fleet runs on until Ctrl-C. Try: ./drover --help, with");
      narrator.line("export DROVER_SERVER=%s", client.base());
      Thread.currentThread().join();
    }
    vms.values().forEach(vm -> client.deleteVm(vm, PATIENCE));
  }

  private String request(FleetClient client, String name, String target, int bytesPerSecond) {
    ObjectNode body = client.object().put("target", target);
    body.put("bandwidthLimitBytesPerSecond", bytesPerSecond);
    return client
        .post("/v1/vms/" + vms.get(name) + ":migrate", body)
        .expectSuccess("migrating " + name)
        .path("id")
        .asText();
  }

  private static JsonNode awaitOver(FleetClient client, String migration) {
    return client.await(
        "the end of " + migration,
        "/v1/migrations/" + migration,
        PATIENCE,
        body -> body.path("over").asBoolean());
  }

  private static String lastReason(JsonNode migration) {
    JsonNode history = migration.path("history");
    return history.path(history.size() - 1).path("reason").asText();
  }

  private void awaitBeating(FleetClient client, String name) {
    awaitBeatsAbove(client, name, 0);
  }

  private void awaitBeatsAbove(FleetClient client, String name, long beats) {
    client.await(
        name + " to beat on", "/v1/vms/" + vms.get(name), PATIENCE, vm -> life(vm) > beats);
  }

  private long beats(FleetClient client, String name) {
    return life(client.vm(vms.getOrDefault(name, "")));
  }

  /** A number that rises while the guest works: its beats, or what else it counts. */
  private static long life(JsonNode vm) {
    JsonNode said = vm.path("report");
    return said.path("beats").asLong(said.path("writes").asLong());
  }
}
