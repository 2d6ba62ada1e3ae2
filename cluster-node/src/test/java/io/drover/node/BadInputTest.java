package io.drover.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.config.settings.DatabaseSettings.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a fleet refuses, through HTTP: a clear problem, and nothing has changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MIB = 1 << 20;

  /** An image that only the first host has. */
  private static final String LOCAL_IMAGE = "only-here";

  @TempDir private static Path folder;
  private TestFleet fleet;
  private String runs;
  private String h1;
  private String h2;

  @BeforeAll
  void start() throws IOException {
    fleet = new TestFleet(folder, TestDatabase.create(Kind.H2, folder));
    List<String> gateway = List.of(fleet.startNode("n1", "north", 0).gateway().toString());
    Path images = folder.resolve("images-h1");
    putImage(images.resolve("embedded"));
    fleet.startAgent(
        "h1",
        "north",
        gateway,
        Map.of(
            "drover.agent.images-dir",
            images.toString(),
            "drover.agent.capacity.memory",
            "128MiB"));
    fleet.startAgent("h2", "north", gateway, Map.of("drover.agent.capacity.memory", "64MiB"));
    fleet.await(
        "/v1/hosts",
        "two hosts",
        page -> idOf(page, "h1").startsWith("host-") && idOf(page, "h2").startsWith("host-"));
    h1 = idOf(fleet.get("/v1/hosts").body(), "h1");
    h2 = idOf(fleet.get("/v1/hosts").body(), "h2");
    runs = running(vm("moves", "pulse", 24).put("host", h1));
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/vms/nonsense, 400, invalid-request",
    "GET, /v1/vms/vm-north-03-01k00000000000000000000zzz, 404, not-found",
    "GET, /v1/vms/vm-west-03-01k00000000000000000000zzz, 404, not-found",
    "POST, /v1/vms/vm-north-03-01k00000000000000000000zzz:migrate, 404, not-found",
    "POST, /v1/vms/vm-north-03-01k00000000000000000000zzz:stop, 404, not-found",
    "GET, /v1/hosts/host-north-03-nobody, 404, not-found",
    "POST, /v1/hosts/host-north-03-nobody:cordon, 404, not-found",
    "GET, /v1/migrations/mig-north-03-01k00000000000000000000zzz, 404, not-found",
    "POST, /v1/migrations/mig-north-03-01k00000000000000000000zzz:cancel, 404, not-found",
    "GET, /v1/operations/op-north-03-01k00000000000000000000zzz, 404, not-found",
    "GET, /v1/areas/west, 404, not-found",
  })
  void shouldNameWhatIsNotThere(String method, String path, int status, String problem) {
    TestFleet.Answer refused = method.equals("GET") ? fleet.get(path) : fleet.post(path, "{}");

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(status);
    assertThat(type(refused)).isEqualTo(problem);
    assertThat(detail(refused)).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"100, 4096, memoryBytes, 4294967296, 134217728", "9000, 16, cpuMillis, 9000, 8000"})
  void shouldNameTheLimitThatAVmIsTooLargeFor(
      int cpuMillis, int mib, String limit, String value, String largest) {
    TestFleet.Answer refused =
        fleet.post("/v1/vms", vm("large", "pulse", mib).put("cpuMillis", cpuMillis).toString());

    assertThat(refused.status()).isEqualTo(409);
    assertThat(type(refused)).isEqualTo("no-capacity");
    assertThat(detail(refused)).contains("larger than any host of area north");
    assertThat(fact(refused, "limit")).isEqualTo(limit);
    assertThat(fact(refused, "value")).isEqualTo(value);
    assertThat(fact(refused, "largest")).isEqualTo(largest);
    assertThat(fleet.get("/v1/vms").body().toString()).doesNotContain("\"large\"");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "churn | speed    | 1      | does not exist: the image has [",
        "churn | rate     | plenty | must be a whole number from ",
        "churn | rate     | -1     | must be a whole number from ",
        "churn | pattern  | wild   | must be one of [",
      },
      delimiter = '|')
  void shouldSayWhatAnImageRefusesOfItsArguments(
      String image, String argument, String value, String reason) {
    ObjectNode wrong = vm("wrong", image, 16);
    wrong.putObject("arguments").put(argument, value);

    TestFleet.Answer refused = fleet.post("/v1/vms", wrong.toString());

    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(400);
    assertThat(type(refused)).isEqualTo("invalid-request");
    assertThat(detail(refused))
        .startsWith("argument \"%s\" of image \"%s\" %s".formatted(argument, image, reason));
    assertThat(fleet.get("/v1/vms").body().toString()).doesNotContain("\"wrong\"");
  }

  @Test
  void shouldRefuseToMigrateToTheHostWhereItRuns() {
    assertRefused(migrate(runs, h1), runs, h1, "it is the source");
  }

  @Test
  void shouldRefuseToMigrateToAHostThatDoesNotExist() {
    assertRefused(
        migrate(runs, "host-north-00-nobody"), runs, "host-north-00-nobody", "no such host");
    assertThat(migrate(runs, "host-west-00-nobody").status()).isEqualTo(404);
    assertThat(fleet.post("/v1/vms/" + runs + ":migrate", "{\"target\": \"h2\"}").status())
        .isEqualTo(400);
  }

  @Test
  void shouldRefuseToMigrateToAHostThatIsFull() {
    String fills = running(vm("fills", "pulse", 48).put("host", h2));
    try {
      assertRefused(migrate(runs, h2), runs, h2, "memory: 24 MiB asked, 16 MiB free of 64 MiB");
    } finally {
      delete(fills);
    }
  }

  @Test
  void shouldRefuseToMigrateToAHostThatCannotRunTheImage() {
    String local = running(vm("local", LOCAL_IMAGE, 16));
    try {
      assertRefused(
          migrate(local, h2), local, h2, "it does not have image \"" + LOCAL_IMAGE + "\"");
      assertRefused(
          fleet.post("/v1/vms/" + local + ":migrate", "{}"),
          local,
          h2,
          "it does not have image \"" + LOCAL_IMAGE + "\"");
    } finally {
      delete(local);
    }
  }

  @Test
  void shouldNameTheFirstOfTwoMigrations() {
    TestFleet.Answer first =
        fleet.post(
            "/v1/vms/" + runs + ":migrate",
            "{\"target\": \"%s\", \"bandwidthLimitBytesPerSecond\": 100000}".formatted(h2));
    assertThat(first.status()).as("%s", first.body()).isEqualTo(202);
    String migration = first.body().get("id").asText();
    fleet.await("/v1/vms/" + runs, "it migrates", v -> phase(v).equals("MIGRATING"));
    try {
      TestFleet.Answer second = migrate(runs, h2);

      assertThat(second.status()).isEqualTo(409);
      assertThat(type(second)).isEqualTo("migration-in-progress");
      assertThat(fact(second, "migration")).isEqualTo(migration);
      assertThat(detail(second)).contains(migration);
    } finally {
      fleet.post("/v1/migrations/" + migration + ":cancel", "{}");
      fleet.await("/v1/migrations/" + migration, "it is over", m -> m.get("over").asBoolean());
      fleet.await("/v1/vms/" + runs, "it runs on", v -> phase(v).equals("RUNNING"));
    }
  }

  @Test
  void shouldRefuseToMigrateAStoppedVm() {
    String stopped = running(vm("stopped", "pulse", 8));
    fleet.post("/v1/vms/" + stopped + ":stop", "{}");
    fleet.await("/v1/vms/" + stopped, "it is stopped", v -> phase(v).equals("STOPPED"));

    TestFleet.Answer refused = migrate(stopped, h2);

    assertThat(refused.status()).isEqualTo(409);
    assertThat(type(refused)).isEqualTo("conflict");
    assertThat(detail(refused)).contains(stopped, "stopped; only a running VM migrates");
    delete(stopped);
  }

  /**
   * With the reason against the host, and the VM runs on unmoved. The VM is asked, and no list: a
   * list is behind, and may still show what another test cancelled.
   */
  private void assertRefused(TestFleet.Answer refused, String vm, String host, String reason) {
    assertThat(refused.status()).as("%s", refused.body()).isEqualTo(409);
    assertThat(type(refused)).isEqualTo("no-capacity");
    assertThat(refused.body().get("hosts"))
        .as("%s", refused.body())
        .anySatisfy(h -> {
          assertThat(h.get("host").asText()).isEqualTo(host);
          assertThat(h.get("reason").asText()).isEqualTo(reason);
        });
    JsonNode unmoved = fleet.get("/v1/vms/" + vm).body();
    assertThat(phase(unmoved)).as("%s", unmoved).isEqualTo("RUNNING");
  }

  private TestFleet.Answer migrate(String vm, String target) {
    return fleet.post(
        "/v1/vms/" + vm + ":migrate", JSON.createObjectNode().put("target", target).toString());
  }

  private static ObjectNode vm(String name, String image, int mib) {
    return JSON.createObjectNode()
        .put("name", name)
        .put("area", "north")
        .put("image", image)
        .put("cpuMillis", 100)
        .put("memoryBytes", (long) mib * MIB);
  }

  private String running(ObjectNode request) {
    TestFleet.Answer created = fleet.post("/v1/vms", request.toString());
    assertThat(created.status()).as("%s", created.body()).isEqualTo(201);
    String id = created.body().get("id").asText();
    fleet.await("/v1/vms/" + id, "it runs", v -> phase(v).equals("RUNNING"));
    return id;
  }

  private void delete(String vm) {
    fleet.delete("/v1/vms/" + vm);
    fleet.await("/v1/vms", "it is gone", page -> !page.toString().contains(vm));
  }

  /** The bundled heartbeat under another name. */
  private static void putImage(Path directory) throws IOException {
    Files.createDirectories(directory);
    ObjectNode entry;
    try (InputStream in = resource("images.json")) {
      entry = (ObjectNode) JSON.readTree(in).get("images").get(0);
    }
    try (InputStream in = resource(entry.get("file").asText())) {
      Files.copy(in, directory.resolve(entry.get("file").asText()));
    }
    ObjectNode manifest = JSON.createObjectNode();
    manifest.putArray("images").add(entry.put("name", LOCAL_IMAGE));
    Files.writeString(directory.resolve("images.json"), manifest.toString());
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(BadInputTest.class.getResourceAsStream("/images/" + name), name);
  }

  private static String idOf(JsonNode page, String name) {
    for (JsonNode host : page.get("items")) {
      if (host.get("name").asText().equals(name)
          && host.get("state").asText().equals("CONNECTED")) {
        return host.get("id").asText();
      }
    }
    return "";
  }

  private static String phase(JsonNode body) {
    return body.get("phase").asText();
  }

  private static String type(TestFleet.Answer refused) {
    return refused.body().get("type").asText().replace("urn:drover:problem:", "");
  }

  private static String detail(TestFleet.Answer refused) {
    return refused.body().get("detail").asText();
  }

  private static String fact(TestFleet.Answer refused, String name) {
    return refused.body().path("facts").path(name).asText(refused.body().path(name).asText());
  }
}
