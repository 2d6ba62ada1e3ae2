package io.drover.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists and areas of running nodes. */
final class FleetTest {
  private static final List<String> READ_SIDE =
      List.of(
          "vm_view",
          "host_view",
          "migration_view",
          "operation_view",
          "fleet_event",
          "\"pekko_projection_offset_store\"");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldRebuildEveryListFromTheJournal(Kind kind) throws SQLException {
    DatabaseSettings database = TestDatabase.create(kind, folder);
    try (TestFleet fleet = new TestFleet(folder, database)) {
      ControlNode node = fleet.startNode("n1", "north", 0);
      fleet.startAgent("h1", "north", List.of(node.gateway().toString()));
      String vm = create(fleet, "north");
      fleet.post("/v1/vms/" + vm + ":stop", "{}");
      fleet.await("/v1/vms", "it is stopped", page -> only(page, "phase").equals("STOPPED"));
      fleet.await(
          "/v1/operations", "it succeeded", page -> only(page, "status").equals("SUCCEEDED"));
      List<String> before = typesOf(fleet.get("/v1/events?after=0").body());
      assertThat(before).contains("area.area-defined", "vm.created", "vm.started", "vm.stopped");

      fleet.stopAgent("h1");
      fleet.await("/v1/hosts", "it left", page -> only(page, "state").equals("DISCONNECTED"));
      fleet.stopNode("n1");
      empty(database);
      fleet.startNode("n1", "north", 0);

      fleet.await("/v1/vms", "the VM is back", page -> only(page, "phase").equals("STOPPED"));
      fleet.await("/v1/hosts", "so is the host", page -> only(page, "name").equals("h1"));
      fleet.await("/v1/operations", "and the work", page -> page.get("items").size() == 1);
      fleet.await(
          "/v1/events?after=0",
          "and every event",
          page ->
              typesOf(page)
                  .subList(0, Math.min(before.size(), typesOf(page).size()))
                  .equals(before));
    }
  }

  @Test
  void shouldRunTheCellsOfEachAreaOnItsOwnNodes() {
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(Kind.H2, folder))) {
      fleet.startNode("n1", "north", 0);
      ControlNode south = fleet.startNode("s1", "south", 0);
      fleet.startAgent("h1", "south", List.of(south.gateway().toString()));
      fleet.await(
          "/v1/hosts?area=south", "a host", page -> only(page, "state").equals("CONNECTED"));

      String vm = create(fleet, "south"); // through a node of the other area

      fleet.await("/v1/areas", "both areas", page -> page.get("items").size() == 2);
      String cell =
          vm.substring("vm-".length(), vm.length() - "-01k00000000000000000000000".length());
      fleet.await(
          "/v1/areas/south",
          "the cell of the VM is at home",
          area -> nodeOf(area, cell).equals("s1"));
      fleet.await(
          "/v1/vms?area=north", "none of it in the north", page -> page.get("items").isEmpty());
    }
  }

  @Test
  void shouldMeasureItsJournalItsApiAndItsAreas() {
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(Kind.H2, folder))) {
      fleet.startNode("n1", "north", 0);
      fleet.get("/v1/areas/north");

      Awaitility.await("the read side")
          .untilAsserted(() ->
              assertThat(fleet.metrics())
                  .containsPattern("drover_events_total\\{.*type=\"AreaDefined\"} 1.0")
                  .containsPattern("drover_journal_writes_seconds_count\\{.*durable=\"true\"")
                  .containsPattern("drover_http_requests_seconds_count\\{.*\"/v1/areas/\\{area}\"")
                  .containsPattern("drover_area_cells\\{.*managed_by=\"north\".*} 8.0")
                  .containsPattern("drover_node_host_limit\\{.*} 5000.0"));
    }
  }

  private static String create(TestFleet fleet, String area) {
    JsonNode[] created = new JsonNode[1];
    Awaitility.await("room for a VM")
        .until(() -> {
          TestFleet.Answer answer =
              fleet.post(
                  "/v1/vms",
                  """
                  {"name": "a", "area": "%s", "image": "pulse", "cpuMillis": 100, "memoryBytes": 4194304}
                  """
                      .formatted(area));
          created[0] = answer.body();
          return answer.status() == 201;
        });
    String id = created[0].get("id").asText();
    fleet.await("/v1/vms/" + id, "it runs", body -> body.get("phase").asText().equals("RUNNING"));
    return id;
  }

  private static void empty(DatabaseSettings database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      for (String table : READ_SIDE) {
        statement.executeUpdate("DELETE FROM " + table);
      }
    }
  }

  private static String only(JsonNode page, String field) {
    return page.get("items").size() == 1 ? page.get("items").get(0).get(field).asText() : "";
  }

  private static List<String> typesOf(JsonNode page) {
    List<String> types = new ArrayList<>();
    page.get("items").forEach(event -> types.add(event.get("type").asText()));
    return types;
  }

  private static String nodeOf(JsonNode area, String cell) {
    for (JsonNode entry : area.get("cells")) {
      if (entry.get("id").asText().equals(cell)) {
        return entry.path("node").asText("");
      }
    }
    return "";
  }
}
