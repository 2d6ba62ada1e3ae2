package io.drover.multinode.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.agent.qemu.image.LinuxImageBuilder;
import io.drover.multinode.harness.FleetClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** The VMs of scenarios, of both hypervisors. */
final class Guests {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long MIB = 1L << 20;

  private final FleetClient client;

  Guests(FleetClient client) {
    this.client = client;
  }

  /** The images to try: {@code linux} too where QEMU is installed, and always in CI. */
  static Stream<String> images() {
    return runsLinux() ? Stream.of("pulse", "linux") : Stream.of("pulse");
  }

  static boolean runsLinux() {
    return "true".equals(System.getenv("CI"))
        || Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "qemu-system-x86_64")));
  }

  /** A folder with the Linux image, built when this checkout has none yet. */
  static Path imagesDirectory() {
    Path images = Path.of("target", "images").toAbsolutePath();
    if (runsLinux() && !Files.exists(images.resolve("linux/image.json"))) {
      try {
        LinuxImageBuilder.build(images);
      } catch (IOException e) {
        throw new UncheckedIOException("the Linux image cannot be built", e);
      }
    }
    return images;
  }

  String create(String area, String host, String image) {
    boolean isLinux = image.equals("linux");
    ObjectNode body = client.object().put("area", area).put("name", image).put("image", image);
    body.put("cpuMillis", 250).put("memoryBytes", (isLinux ? 192 : 16) * MIB);
    body.put("host", client.hostId(area, host));
    ObjectNode arguments = body.putObject("arguments");
    (isLinux ? Map.of("dirty_pages_per_s", "200") : Map.<String, String>of())
        .forEach(arguments::put);
    String vm = client.post("/v1/vms", body).expectSuccess("creating " + image).path("id").asText();
    awaitBeating(vm);
    return vm;
  }

  /** Waits until the guest itself has said something new. */
  void awaitBeating(String vm) {
    long[] first = {-1};
    client.await(
        "beats of " + vm,
        "/v1/vms/" + vm,
        PATIENCE,
        body -> {
          long beats = beats(body);
          if (beats > 0 && first[0] < 0) {
            first[0] = beats;
          }
          return "RUNNING".equals(body.path("phase").asText()) && first[0] > 0 && beats != first[0];
        });
  }

  static long beats(JsonNode vm) {
    return vm.path("report").path("beats").asLong(-1);
  }

  void delete(String vm) {
    client.deleteVm(vm, PATIENCE);
  }
}
