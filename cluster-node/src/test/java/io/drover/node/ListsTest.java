package io.drover.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.config.settings.DatabaseSettings.Kind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lists tell of things that run. */
final class ListsTest {
  private static final String VM =
      """
      {"name": "beat", "area": "north", "image": "pulse", "cpuMillis": 500, "memoryBytes": 33554432}
      """;

  @TempDir private Path folder;

  @Test
  void shouldTellInListsWhatPeopleLookFor() {
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(Kind.H2, folder))) {
      String gateway = fleet.startNode("n1", "north", 0).gateway().toString();
      Instant before = Instant.now();
      fleet.startAgent("h1", "north", List.of(gateway));
      fleet.startAgent("h2", "north", List.of(gateway));
      JsonNode hosts =
          fleet.await(
              "/v1/hosts",
              "both hosts with a heartbeat",
              page -> items(page).filter(host -> host.has("lastHeartbeat")).count() == 2);
      assertThat(Instant.parse(hosts.at("/items/0/lastHeartbeat").asText())).isAfter(before);

      String vm = fleet.post("/v1/vms", VM).body().get("id").asText();
      fleet.await(
          "/v1/vms", "the guest's report", page -> page.at("/items/0/report/beats").asLong() > 50);
      assertThat(fleet.get("/v1/vms?phase=UNREACHABLE").body().get("items")).isEmpty();

      String migration = fleet.post("/v1/vms/" + vm + ":migrate", "{}").body().get("id").asText();
      JsonNode operations =
          fleet.await(
              "/v1/operations",
              "the migration among the operations",
              page ->
                  items(page)
                      .anyMatch(operation ->
                          operation.get("id").asText().equals(migration)
                              && operation.get("status").asText().equals("SUCCEEDED")));
      assertThat(operations.at("/items/0/kind").asText()).isEqualTo("migrate");
      assertThat(operations.at("/items/0/subject").asText()).isEqualTo(vm);

      String cell = fleet.get("/v1/vms/" + vm).body().get("cell").asText();
      assertThat(
              items(fleet.get("/v1/areas").body()).flatMap(area -> area.get("cells").valueStream()))
          .anySatisfy(shown -> {
            assertThat(shown.get("id").asText()).isEqualTo(cell);
            assertThat(shown.path("node").asText()).isEqualTo("n1");
          });

      fleet.stopAgent("h1");
      fleet.stopAgent("h2");
      fleet.await(
          "/v1/vms?phase=UNREACHABLE",
          "a VM whose host is gone",
          page -> page.at("/items/0/id").asText().equals(vm));
    }
  }

  private static Stream<JsonNode> items(JsonNode page) {
    return page.get("items").valueStream();
  }
}
