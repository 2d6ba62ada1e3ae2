package io.drover.agent;

import static io.drover.agent.RealHosts.figure;
import static io.drover.agent.fake.Samples.VM;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.fake.Orders;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.qemu.image.ImageManifest;
import io.drover.agent.qemu.image.LinuxImageBuilder;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.HypervisorSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests that watch themselves move between two agents over gRPC and Aeron. */
class LiveMigrationTest {
  private static final int MOVES = 4;
  private static final Path IMAGES = Path.of("target", "test-images").toAbsolutePath();
  private static final GuestSpec PULSE =
      new GuestSpec(VM, "pulse", new Resources(1_000, ByteSize.ofMib(32)), Map.of("pages", "2000"));
  private static final GuestSpec LINUX =
      new GuestSpec(
          VM,
          LinuxImageBuilder.NAME,
          new Resources(1_000, ByteSize.ofMib(192)),
          Map.of("dirty_pages_per_s", "1000", "working_set_mib", "16"));

  @TempDir private Path directory;

  @Test
  void shouldMoveAPulseBackAndForthWithoutLosingRepeatingOrDamagingABeat() {
    try (RealHosts hosts =
        new RealHosts(directory, Map.of("drover.agent.capacity.memory", "256MiB"))) {
      hosts.boot(0, PULSE);
      hosts.awaitReport(0, "beats", 200);

      long beats = 0;
      for (int move = 1; move <= MOVES; move++) {
        hosts.migrate((move + 1) % 2, move % 2, PULSE, move);
        Map<String, String> report = hosts.verify(move % 2, move + 1);
        assertUnharmed(report);
        assertThat(figure(report, "beats")).isGreaterThan(beats);
        beats = figure(report, "beats");
      }
    }
  }

  @Test
  void shouldMoveALinuxGuestUnderLoadAndAdoptItWhenAnAgentRestarts() {
    Map<String, String> settings =
        Map.of(
            "drover.agent.capacity.memory",
            "512MiB",
            "drover.agent.images-dir",
            linuxImages().toString());
    try (RealHosts hosts = new RealHosts(directory, settings)) {
      requireQemu(hosts.control(0).awaitHello(1));
      hosts.boot(0, LINUX);
      hosts.awaitReport(0, "checked", 0);

      hosts.migrate(0, 1, LINUX, 1);
      Map<String, String> moved = hosts.verify(1, 2);
      List<GuestStatus> found = hosts.restart(1);

      assertUnharmed(moved);
      assertThat(found)
          .singleElement()
          .extracting(GuestStatus::getState)
          .isEqualTo(GuestStatus.State.RUNNING);
      Map<String, String> adopted = hosts.verify(1, 2);
      assertUnharmed(adopted);
      assertThat(figure(adopted, "beats")).isGreaterThan(figure(moved, "beats"));
      assertThat(hosts.execute(1, Orders.remove(VM, 2)).hasDone()).isTrue();
    }
  }

  private static void assertUnharmed(Map<String, String> report) {
    assertThat(report)
        .containsEntry("lost", "0")
        .containsEntry("repeated", "0")
        .containsEntry("corrupted", "0");
  }

  /** Built once per {@code target} directory, as by the tests of QEMU itself. */
  private static Path linuxImages() {
    if (!Files.exists(IMAGES.resolve(LinuxImageBuilder.NAME).resolve(ImageManifest.FILE_NAME))) {
      try {
        var _ = LinuxImageBuilder.build(IMAGES);
      } catch (IOException e) {
        absent("the Linux image cannot be built: " + e.getMessage());
      }
    }
    return IMAGES;
  }

  private static void requireQemu(Hello hello) {
    HypervisorSupport qemu =
        hello.getHypervisorsList().stream()
            .filter(h -> h.getKind().equals("qemu"))
            .findFirst()
            .orElseThrow();
    if (!qemu.getAvailable()) {
      absent(qemu.getUnavailableReason());
    }
  }

  /** Where everything must be tested, a missing tool is a failure. */
  private static void absent(String reason) {
    assertThat(System.getenv("CI")).as(reason).isNotEqualTo("true");
    Assumptions.abort(reason);
  }
}
