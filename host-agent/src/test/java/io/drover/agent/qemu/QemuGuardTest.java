package io.drover.agent.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.agent.guard.BootClock;
import io.drover.agent.guard.GuardProcess;
import io.drover.agent.guest.Guest;
import io.drover.agent.lease.Lease.Deadline;
import io.drover.config.units.Epoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real guest in QEMU, and a real guard. */
class QemuGuardTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long FAR_NS = Duration.ofMinutes(10).toNanos();

  private final List<String> ends = new CopyOnWriteArrayList<>();
  @TempDir private Path directory;
  private QemuHost host;
  private GuardProcess guard;

  @BeforeEach
  void start() throws IOException {
    host = new QemuHost("guard");
    guard = GuardProcess.open(directory, () -> {});
  }

  @AfterEach
  void close() throws Exception {
    guard.end();
    host.close();
  }

  @Test
  void shouldFreezeAGuestLetItGoOnAndKillItWhenTheLeaseIsOver() throws Exception {
    Guest guest = host.running(Map.of(), (vm, reason) -> ends.add(reason));
    guard.guests().add(QemuHost.VM, guest.process().orElseThrow(), () -> {});
    long nowNs = BootClock.nowNs();
    publish(nowNs, nowNs + FAR_NS);
    guard.require(nowNs);
    Path stat = Path.of("/proc", Long.toString(guest.process().orElseThrow().pid()), "stat");
    await().atMost(LONG).until(() -> Files.readString(stat).contains(") T "));

    publish(BootClock.nowNs() + FAR_NS, BootClock.nowNs() + 2 * FAR_NS);
    QemuHost.awaitReport(guest, "beats", QemuHost.figure(guest, "beats") + 5);
    assertThat(ends).isEmpty();

    publish(BootClock.nowNs(), BootClock.nowNs());
    await().atMost(LONG).until(() -> ends.size() == 1);
    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThat(QemuHost.processes()).isEmpty();
  }

  private void publish(long freezeNs, long killNs) throws IOException {
    guard.publish(new Deadline(new Epoch(1), 1, 0, killNs), freezeNs);
  }
}
