package io.drover.agent.qemu;

import static io.drover.agent.qemu.QemuHost.assertUnharmed;
import static io.drover.agent.qemu.QemuHost.awaitReport;
import static io.drover.agent.qemu.QemuHost.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.qemu.image.LinuxImageBuilder;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real QEMU processes: start, stop, death, and agents that come back. */
class QemuHypervisorTest {
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final GuestListener listener = (vm, reason) -> ends.add(vm + ": " + reason);
  private QemuHost host;

  @BeforeEach
  void start() throws IOException {
    host = new QemuHost("host");
  }

  @AfterEach
  void stop() throws HypervisorException, IOException {
    host.close();
  }

  @Test
  void shouldBootALinuxGuestThatBeatsAnswersHttpAndPowersOff() throws Exception {
    Guest guest = host.running(Map.of("dirty_pages_per_s", "100"), listener);
    awaitReport(guest, "beats", 500);
    await().untilAsserted(() -> assertThat(guest.console().report()).containsEntry("http", "ok"));
    assertUnharmed(guest);

    guest.stop(Duration.ofSeconds(30));
    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThat(guest.endReason()).isEqualTo("the guest powered itself off");
    assertThat(ends).isEmpty(); // it was asked to
    assertThat(QemuHost.processes()).isEmpty();
    assertNothingLeft();
  }

  @Test
  void shouldStandStillWhilePaused() throws Exception {
    Guest guest = host.running(Map.of(), listener);
    guest.pause();
    assertThat(guest.pause()).as("a second pause changes nothing").isEqualTo(guest.pause());
    byte[] before = digest(guest);
    await().pollDelay(Duration.ofMillis(300)).until(() -> true);
    assertThat(digest(guest)).isEqualTo(before);
    long beats = figure(guest, "beats");
    guest.resume();
    awaitReport(guest, "pauses", 1);
    assertThat(figure(guest, "pause_us")).isGreaterThan(250_000);
    assertThat(figure(guest, "beats")).isGreaterThan(beats);
  }

  private static byte[] digest(Guest guest) throws Exception {
    var digest = java.security.MessageDigest.getInstance("SHA-256");
    digest.update(guest.memory().asByteBuffer());
    return digest.digest();
  }

  @Test
  void shouldSayWhenQemuIsKilled() throws Exception {
    Guest guest = host.hypervisor().boot(QemuHost.spec(Map.of()), listener);
    QemuHost.processes().forEach(ProcessIdentity::kill);
    assertThat(ends.poll(10, TimeUnit.SECONDS)).startsWith(QemuHost.VM + ": QEMU process");
    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThatThrownBy(guest::resume)
        .isInstanceOfSatisfying(
            HypervisorException.class,
            e -> assertThat(e.kind()).isEqualTo(HypervisorException.Kind.INVALID_STATE));
    guest.destroy();
    assertNothingLeft();
  }

  @Test
  void shouldAdoptItsGuestsAfterARestartWithoutTheGuestsNoticing() throws Exception {
    Guest before = host.running(Map.of("dirty_pages_per_s", "100"), listener);
    long beats = figure(before, "beats");

    List<Guest> adopted = host.restart().adopt(listener);

    assertThat(ends).isEmpty();
    assertThat(adopted).hasSize(1);
    Guest guest = adopted.getFirst();
    assertThat(guest.spec()).isEqualTo(before.spec());
    assertThat(guest.state()).isEqualTo(Guest.State.RUNNING);
    awaitReport(guest, "beats", beats + 500);
    assertThat(figure(guest, "pauses")).isZero();
    assertUnharmed(guest);
    guest.pause();
    assertThat(host.restart().adopt(listener).getFirst().state()).isEqualTo(Guest.State.PAUSED);
  }

  @Test
  void shouldRefuseToAdoptAGuestThatAnotherAgentControls() throws Exception {
    host.hypervisor().boot(QemuHost.spec(Map.of()), listener);
    try (QemuHypervisor second = new QemuHypervisor(host.settings)) {
      assertThatThrownBy(() -> second.adopt(listener))
          .isInstanceOf(HypervisorException.class)
          .hasMessageContaining("cannot be controlled");
    }
    assertThat(QemuHost.processes()).hasSize(1);
  }

  @Test
  void shouldRemoveWhatDeadGuestsLeftWhenItStarts() throws Exception {
    host.hypervisor().boot(QemuHost.spec(Map.of()), listener);
    host.hypervisor().close();
    QemuHost.processes().forEach(ProcessIdentity::kill);
    assertThat(host.restart().adopt(listener)).isEmpty();
    assertNothingLeft();
  }

  @Test
  void shouldRefuseAGuestLargerThanSharedMemoryBeforeAnythingIsStarted() {
    Resources huge = new Resources(1000, ByteSize.ofMib(1L << 24));
    assertThatThrownBy(() ->
            host.hypervisor()
                .boot(new GuestSpec(QemuHost.VM, LinuxImageBuilder.NAME, huge, Map.of()), listener))
        .isInstanceOfSatisfying(
            HypervisorException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(HypervisorException.Kind.INSUFFICIENT_RESOURCES);
              assertThat(e).hasMessageContaining("16384.0 GiB").hasMessageContaining("free");
            });
    assertNothingLeft();
  }

  @Test
  void shouldOfferNoGuestLargerThanTheFileSystemOfItsRam() throws IOException {
    long total = Files.getFileStore(Path.of("/dev/shm")).getTotalSpace();

    assertThat(host.hypervisor().memoryRule().largest())
        .isGreaterThan(new ByteSize(total / 2))
        .isLessThan(new ByteSize(total));
  }

  @Test
  void shouldSayWhatQemuPrintedWhenItDoesNotStart() {
    QemuHost broken =
        new QemuHost(
            new io.drover.config.settings.QemuSettings(
                host.settings.binary(),
                host.settings.accel(),
                host.settings.shmDirectory(),
                host.settings.stateDirectory(),
                host.settings.imagesDirectory(),
                "no-such-machine",
                host.settings.cpu(),
                host.settings.startTimeout(),
                host.settings.deviceStateTimeout()));
    assertThatThrownBy(() -> broken.hypervisor().boot(QemuHost.spec(Map.of()), listener))
        .isInstanceOf(HypervisorException.class)
        .hasMessageContaining("unsupported machine type");
    assertNothingLeft();
    broken.hypervisor().close();
  }

  private void assertNothingLeft() {
    for (Path directory : List.of(host.settings.shmDirectory(), host.settings.stateDirectory())) {
      if (Files.exists(directory)) {
        try (Stream<Path> files = Files.list(directory)) {
          assertThat(files).isEmpty();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    }
  }
}
