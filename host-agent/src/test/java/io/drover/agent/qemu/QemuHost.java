package io.drover.agent.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.qemu.image.ImageManifest;
import io.drover.agent.qemu.image.LinuxImageBuilder;
import io.drover.config.settings.QemuSettings;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** One host with QEMU and the Linux image, its files in directories of its own. */
final class QemuHost implements AutoCloseable {
  static final VmId VM = VmId.parse("vm-north-03-01k7q9zv5m8f2c4d6e8g0h2j4k");
  static final ByteSize MEMORY = ByteSize.ofMib(192);
  private static final Path IMAGES = Path.of("target", "test-images").toAbsolutePath();

  final QemuSettings settings;
  private QemuHypervisor hypervisor;

  QemuHost(String name) throws IOException {
    this(
        settings(
            Path.of("/dev/shm", "drover-test-" + ProcessHandle.current().pid() + "-" + name),
            Files.createTempDirectory("drover-" + name),
            linuxImage()));
  }

  QemuHost(QemuSettings settings) {
    this.settings = settings;
    this.hypervisor = new QemuHypervisor(settings);
    if (!hypervisor.support().available()) {
      absent(hypervisor.support().reason());
    }
  }

  static QemuSettings settings(Path shmDirectory, Path stateDirectory, Path images) {
    return new QemuSettings(
        "qemu-system-x86_64",
        QemuSettings.Accel.AUTO,
        shmDirectory,
        stateDirectory,
        images,
        "pc-q35-7.2",
        "Nehalem",
        Duration.ofSeconds(30),
        Duration.ofSeconds(10));
  }

  /** Built once per {@code target} directory. */
  private static synchronized Path linuxImage() {
    if (!Files.exists(IMAGES.resolve(LinuxImageBuilder.NAME).resolve(ImageManifest.FILE_NAME))) {
      try {
        LinuxImageBuilder.build(IMAGES);
      } catch (IOException e) {
        absent("the Linux image cannot be built: " + e.getMessage());
      }
    }
    return IMAGES;
  }

  /** Where everything must be tested, a missing tool is a failure. */
  private static void absent(String reason) {
    assertThat(System.getenv("CI")).as(reason).isNotEqualTo("true");
    Assumptions.abort(reason);
  }

  static GuestSpec spec(Map<String, String> arguments) {
    return new GuestSpec(VM, LinuxImageBuilder.NAME, new Resources(1000, MEMORY), arguments);
  }

  QemuHypervisor hypervisor() {
    return hypervisor;
  }

  /** Ends the agent's part, and begins a new one in its place. */
  QemuHypervisor restart() {
    hypervisor.close();
    hypervisor = new QemuHypervisor(settings);
    return hypervisor;
  }

  /** A guest whose workload runs. */
  Guest running(Map<String, String> arguments, GuestListener listener) throws HypervisorException {
    Guest guest = hypervisor.boot(spec(arguments), listener);
    guest.resume();
    awaitReport(guest, "checked", 1);
    return guest;
  }

  /** Waits until the guest itself says that a figure has reached a value. */
  static void awaitReport(Guest guest, String key, long atLeast) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() ->
            assertThat(figure(guest, key))
                .as("%s of %s guest, console:%n%s", key, guest.state(), lastLines(guest))
                .isGreaterThanOrEqualTo(atLeast));
  }

  /** What the guest said last, rounded down; 0 when it said nothing. */
  static long figure(Guest guest, String key) {
    return (long) Double.parseDouble(guest.console().report().getOrDefault(key, "0"));
  }

  static String console(Guest guest) {
    return guest.console().read(0, Integer.MAX_VALUE).toString();
  }

  private static String lastLines(Guest guest) {
    return guest.console().read(guest.console().endOffset() - 1000, 1000).toString();
  }

  /** The guest's own verdict on its memory and its beats. */
  static void assertUnharmed(Guest guest) {
    for (String key : List.of("lost", "repeated", "corrupted", "stale", "wrong")) {
      assertThat(guest.console().report()).as(lastLines(guest)).containsEntry(key, "0");
    }
    assertThat(console(guest)).doesNotContain("Oops", "BUG:", "panic", "broken_beat", "bad_page");
  }

  static List<ProcessIdentity> processes() throws IOException {
    return ProcessIdentity.mentioning("guest=" + VM + "-");
  }

  /** Ends what a failed test has left, and removes the host's files. */
  @Override
  public void close() throws HypervisorException, IOException {
    hypervisor.close();
    for (ProcessIdentity process : ProcessIdentity.mentioning(settings.shmDirectory() + "/")) {
      QemuProcess.kill(process);
    }
    for (Path root : List.of(settings.shmDirectory(), settings.stateDirectory())) {
      if (Files.exists(root)) {
        try (Stream<Path> tree = Files.walk(root)) {
          for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    }
  }
}
