package io.drover.bench.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.report.Report;
import io.drover.multinode.harness.FleetClient;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/** VMs of a fleet with one area, through its HTTP API; a migration that fails is a violation. */
final class FleetVms {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CPU_MILLIS = 500;
  private static final String AREA = "north";

  private final FleetClient client;
  private final Report report;

  FleetVms(FleetClient client, Report report) {
    this.client = client;
    this.report = report;
  }

  /** Creates a VM at a host and returns its id. */
  String create(
      String name, String image, String host, long memoryBytes, Map<String, String> arguments) {
    ObjectNode body = client.object().put("area", AREA).put("name", name).put("image", image);
    body.put("cpuMillis", CPU_MILLIS)
        .put("memoryBytes", memoryBytes)
        .put("host", client.hostId(AREA, host));
    ObjectNode guestArguments = body.putObject("arguments");
    arguments.forEach(guestArguments::put);
    return client.post("/v1/vms", body).expectSuccess("creating " + name).path("id").asText();
  }

  JsonNode show(String vm) {
    return client.vm(vm);
  }

  JsonNode await(String vm, String what, Predicate<JsonNode> condition) {
    return client.await(what, "/v1/vms/" + vm, PATIENCE, condition);
  }

  /** Migrates to the end. */
  JsonNode migrate(String vm, String host) {
    return migrate(vm, host, Map.of());
  }

  /** Migrates to the end, with limits that the request names. */
  JsonNode migrate(String vm, String host, Map<String, Long> limits) {
    return awaitEnd(request(vm, host, limits));
  }

  /**
   * Asks for a migration and returns its id.
   *
   * @param limits what the request says beside its target
   */
  String request(String vm, String host, Map<String, Long> limits) {
    ObjectNode request = client.object().put("target", client.hostId(AREA, host));
    limits.forEach(request::put);
    return client
        .post("/v1/vms/" + vm + ":migrate", request)
        .expectSuccess("migrating")
        .path("id")
        .asText();
  }

  JsonNode awaitEnd(String id) {
    JsonNode migration =
        client.await(
            "the end of " + id, "/v1/migrations/" + id, PATIENCE, m -> m.path("over").asBoolean());
    JsonNode last = migration.path("history").path(migration.path("history").size() - 1);
    report.require(
        isCompleted(migration),
        "%s ended %s: %s".formatted(id, last.path("phase").asText(), last.path("reason").asText()));
    report.require(
        !isCompleted(migration) || migration.path("figures").path("digestsEqual").asBoolean(),
        id + " has no equal digests");
    return migration;
  }

  static boolean isCompleted(JsonNode migration) {
    return "COMPLETED".equals(migration.path("phase").asText());
  }

  boolean isOver(String migration) {
    return client.migration(migration).path("over").asBoolean();
  }

  void delete(String vm) {
    client.deleteVm(vm, PATIENCE);
  }
}
