package io.drover.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.config.settings.DatabaseSettings.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An image that no host has, from its upload to a guest of it that moves. */
final class UploadedImageTest {
  private static final String VM =
      """
      {"name": "mine", "area": "north", "image": "mine", "cpuMillis": 500, "memoryBytes": 33554432,
       "arguments": {"pages": "64"}}
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldRunAndMoveAGuestOfAnUploadedImage(Kind kind) throws IOException {
    byte[] mine = pulseOfOurOwn();
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(kind, folder))) {
      String gateway = fleet.startNode("n1", "north", 0).gateway().toString();
      fleet.startAgent("h1", "north", List.of(gateway));
      fleet.await("/v1/hosts", "a host", page -> connected(page) == 1);

      TestFleet.Answer uploaded = fleet.upload("/v1/images?name=mine", mine);
      assertThat(uploaded.status()).as("%s", uploaded.body()).isEqualTo(201);
      assertThat(uploaded.body().get("format").asText()).isEqualTo("WEBASSEMBLY");
      assertThat(uploaded.body().get("hosts")).hasSize(1);
      assertThat(fleet.upload("/v1/images?name=mine", mine).status()).isEqualTo(200);
      assertThat(fleet.upload("/v1/images?name=mine", Arrays.copyOf(mine, 100)).status())
          .isEqualTo(409);

      TestFleet.Answer created = fleet.post("/v1/vms", VM);
      assertThat(created.status()).as("%s", created.body()).isEqualTo(201);
      assertThat(created.body().get("imageSha256")).isEqualTo(uploaded.body().get("sha256"));
      String vm = "/v1/vms/" + created.body().get("id").asText();
      fleet.await(vm, "it runs", body -> phase(body).equals("running") && beats(body) > 50);
      TestFleet.Answer inUse = fleet.delete("/v1/images/mine");
      assertThat(inUse.status()).as("%s", inUse.body()).isEqualTo(409);
      assertThat(inUse.body().at("/facts/vms").asText())
          .isEqualTo(created.body().get("id").asText());

      fleet.startAgent("h2", "north", List.of(gateway)); // it has never seen the image
      fleet.await("/v1/hosts", "two hosts", page -> connected(page) == 2);
      TestFleet.Answer accepted = fleet.post(vm + ":migrate", "{}");
      assertThat(accepted.status()).as("%s", accepted.body()).isEqualTo(202);
      JsonNode migration =
          fleet.await(
              "/v1/migrations/" + accepted.body().get("id").asText(),
              "it is over",
              body -> body.get("over").asBoolean());

      assertThat(phase(migration)).as("%s", migration).isEqualTo("completed");
      JsonNode moved = fleet.get(vm).body();
      long beatsThen = beats(moved);
      JsonNode report =
          fleet.await(vm, "it goes on", body -> beats(body) > beatsThen).get("report");
      assertThat(report.get("lost").asLong()).isZero();
      assertThat(report.get("corrupted").asLong()).isZero();
      String sha256 = uploaded.body().get("sha256").asText();
      for (String host : List.of("h1", "h2")) {
        assertThat(files(folder.resolve("agent-" + host).resolve("images")))
            .containsExactly(sha256);
      }
    }
  }

  @Test
  void shouldNotBeInUseByAVmWhoseArgumentsItRefused() throws IOException {
    try (TestFleet fleet = new TestFleet(folder, TestDatabase.create(Kind.H2, folder))) {
      String gateway = fleet.startNode("n1", "north", 0).gateway().toString();
      fleet.startAgent("h1", "north", List.of(gateway));
      fleet.await("/v1/hosts", "a host", page -> connected(page) == 1);
      try (InputStream in = UploadedImageTest.class.getResourceAsStream("/images/pulse.wasm")) {
        byte[] pulse =
            Objects.requireNonNull(in).readAllBytes(); // known to the host by its content
        assertThat(fleet.upload("/v1/images?name=mine", pulse).status()).isEqualTo(201);
      }

      TestFleet.Answer refused = fleet.post("/v1/vms", VM.replace("64", "many"));

      assertThat(refused.status()).as("%s", refused.body()).isEqualTo(400);
      assertThat(refused.body().get("detail").asText()).contains("whole number from 1 to 524288");
      assertThat(fleet.delete("/v1/images/mine").status()).isEqualTo(204);
    }
  }

  /** Another content than that of any host: a custom section more. */
  private static byte[] pulseOfOurOwn() throws IOException {
    try (InputStream in = UploadedImageTest.class.getResourceAsStream("/images/pulse.wasm")) {
      byte[] pulse = Objects.requireNonNull(in).readAllBytes();
      byte[] section = {0, 5, 4, 'm', 'i', 'n', 'e'};
      byte[] mine = Arrays.copyOf(pulse, pulse.length + section.length);
      System.arraycopy(section, 0, mine, pulse.length, section.length);
      return mine;
    }
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static long connected(JsonNode page) {
    long connected = 0;
    for (JsonNode host : page.get("items")) {
      connected += host.get("state").asText().equals("CONNECTED") ? 1 : 0;
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
