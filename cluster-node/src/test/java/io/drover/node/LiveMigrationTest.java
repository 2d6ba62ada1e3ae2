package io.drover.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.DatabaseSettings.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * From an HTTP request to a guest that moves while it works, whatever happens to its controller.
 */
final class LiveMigrationTest {
  private static final String PULSE =
      """
      {"name": "beat", "area": "north", "image": "pulse", "cpuMillis": 500, "memoryBytes": 33554432}
      """;

  /** Its ring is rewritten at 4 MB/s, so that a copy at 8 MB/s takes seconds. */
  private static final String BUSY_PULSE =
      """
      {"name": "busy", "area": "north", "image": "pulse", "cpuMillis": 500, "memoryBytes": 33554432,
       "arguments": {"pages": "4096"}}
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldMoveARunningGuestWithNothingLost(Kind kind) {
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(kind, folder))) {
      String gateway = fleet.startNode("n1", "north", 0).gateway().toString();
      fleet.startAgent("h1", "north", List.of(gateway));
      fleet.startAgent("h2", "north", List.of(gateway));
      fleet.await("/v1/hosts", "two hosts", page -> connected(page) == 2);

      TestFleet.Answer created = fleet.post("/v1/vms", PULSE);
      assertThat(created.status()).as("%s", created.body()).isEqualTo(201);
      String vm = "/v1/vms/" + created.body().get("id").asText();
      String source =
          fleet
              .await(vm, "it runs", body -> phase(body).equals("running") && beats(body) > 50)
              .get("host")
              .asText();

      TestFleet.Answer accepted = fleet.post(vm + ":migrate", "{}");
      assertThat(accepted.status()).as("%s", accepted.body()).isEqualTo(202);
      JsonNode migration =
          fleet.await(
              "/v1/migrations/" + accepted.body().get("id").asText(),
              "it is over",
              body -> body.get("over").asBoolean());

      assertThat(phase(migration)).as("%s", migration).isEqualTo("completed");
      JsonNode figures = migration.get("figures");
      assertThat(figures.get("sourceDigest")).isEqualTo(figures.get("targetDigest"));
      JsonNode moved = fleet.get(vm).body();
      assertThat(moved.get("host").asText()).isNotEqualTo(source);
      long beatsThen = beats(moved);
      JsonNode report =
          fleet.await(vm, "it goes on", body -> beats(body) > beatsThen).get("report");
      assertThat(report.get("lost").asLong()).isZero();
      assertThat(report.get("repeated").asLong()).isZero();
      assertThat(report.get("corrupted").asLong()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGoOnWithAMigrationAfterARestartOfAllControlNodes(Kind kind) {
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(kind, folder))) {
      BindAddress gateway = fleet.startNode("n1", "north", 0).gateway();
      fleet.startAgent("h1", "north", List.of(gateway.toString()));
      fleet.startAgent("h2", "north", List.of(gateway.toString()));
      fleet.await("/v1/hosts", "two hosts", page -> connected(page) == 2);
      String vm = "/v1/vms/" + fleet.post("/v1/vms", BUSY_PULSE).body().get("id").asText();
      fleet.await(vm, "it runs", body -> phase(body).equals("running") && beats(body) > 500);
      String migration =
          "/v1/migrations/"
              + fleet
                  .post(vm + ":migrate", "{\"bandwidthLimitBytesPerSecond\": 8000000}")
                  .body()
                  .get("id")
                  .asText();
      fleet.await(migration, "it copies", body -> phase(body).equals("pre_copy"));

      fleet.stopNode("n1");
      fleet.startNode("n1", "north", gateway.port());

      JsonNode over = fleet.await(migration, "it is over", body -> body.get("over").asBoolean());
      assertThat(phase(over)).as("%s", over).isEqualTo("completed");
      JsonNode moved = fleet.get(vm).body();
      long beatsThen = beats(moved);
      JsonNode report =
          fleet.await(vm, "it goes on", body -> beats(body) > beatsThen).get("report");
      assertThat(report.get("lost").asLong()).isZero();
      assertThat(report.get("corrupted").asLong()).isZero();
      fleet.await(
          "/v1/migrations?vm=" + moved.get("id").asText(),
          "the list knows it",
          page ->
              page.get("items").size() == 1 && page.get("items").get(0).get("over").asBoolean());
    }
  }

  private static long connected(JsonNode page) {
    long connected = 0;
    for (JsonNode host : page.get("items")) {
      connected += host.get("state").asText().equalsIgnoreCase("connected") ? 1 : 0;
    }
    return connected;
  }

  private static String phase(JsonNode body) {
    return body.get("phase").asText().toLowerCase(Locale.ROOT);
  }

  private static long beats(JsonNode vm) {
    return vm.path("report").path("beats").asLong(0);
  }
}
