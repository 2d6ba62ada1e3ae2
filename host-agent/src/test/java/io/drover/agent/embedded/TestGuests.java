package io.drover.agent.embedded;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.image.Sha256;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** Specs and images for the tests of this package. */
final class TestGuests {
  static final ByteSize MEMORY = ByteSize.ofMib(2);
  static final EmbeddedLimits LIMITS =
      new EmbeddedLimits(ByteSize.ofMib(512), Duration.ofNanos(500_000), Duration.ofMillis(300));

  /** The images under {@code /guests}, each with its source. */
  static final List<String> NAMES =
      List.of(
          "trap",
          "runaway",
          "overflow",
          "busy",
          "deaf",
          "hidden-state",
          "no-slice",
          "stranger",
          "big");

  static {
    // How long a busy machine may take; nothing is timed by it.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  private static int made;

  private TestGuests() {}

  static GuestSpec spec(
      String image, int cpuMillis, ByteSize memory, Map<String, String> arguments) {
    made++;
    VmId vm = VmId.parse("vm-north-03-01jd8q0000000000000000%04d".formatted(made));
    return new GuestSpec(vm, image, new Resources(cpuMillis, memory), arguments);
  }

  static GuestSpec spec(String image) {
    return spec(image, 1000, MEMORY, Map.of());
  }

  static EmbeddedHypervisor bundled() {
    try {
      return new EmbeddedHypervisor(ImageCatalog.bundled(), LIMITS);
    } catch (HypervisorException e) {
      throw new IllegalStateException(e);
    }
  }

  static EmbeddedGuest boot(EmbeddedHypervisor hypervisor, GuestSpec spec, GuestListener listener)
      throws HypervisorException {
    return (EmbeddedGuest) hypervisor.boot(spec, listener);
  }

  /** Puts the test images and their manifest into {@code directory}. */
  static Path install(Path directory) {
    List<Map<String, Object>> entries = new ArrayList<>();
    try {
      for (String name : NAMES) {
        byte[] wasm = wasm(name);
        Files.write(directory.resolve(name + ".wasm"), wasm);
        entries.add(entry(name, wasm.length, Sha256.of(wasm)));
      }
      writeManifest(directory, entries);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  static void writeManifest(Path directory, List<Map<String, Object>> entries) throws IOException {
    JsonMapper.builder()
        .build()
        .writeValue(directory.resolve(ImageManifest.FILE_NAME).toFile(), Map.of("images", entries));
  }

  static Map<String, Object> entry(String name, long sizeBytes, String sha256) {
    return Map.of(
        "name",
        name,
        "file",
        name + ".wasm",
        "description",
        "a test image",
        "sizeBytes",
        sizeBytes,
        "sha256",
        sha256,
        "minMemoryBytes",
        65536,
        "arguments",
        Map.of());
  }

  static byte[] wasm(String name) throws IOException {
    try (InputStream in = TestGuests.class.getResourceAsStream("/guests/" + name + ".wasm")) {
      if (in == null) {
        throw new IOException("no test image " + name);
      }
      return in.readAllBytes();
    }
  }
}
