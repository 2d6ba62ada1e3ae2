package io.drover.agent.qemu;

import static io.drover.agent.qemu.QemuHost.assertUnharmed;
import static io.drover.agent.qemu.QemuHost.awaitReport;
import static io.drover.agent.qemu.QemuHost.console;
import static io.drover.agent.qemu.QemuHost.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.qemu.LaneInMemory.Ends;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real Linux guest, moved between two hypervisors: memory by hand, device state by QEMU. */
class QemuMigrationTest {
  private static final Map<String, String> LOAD =
      Map.of("dirty_pages_per_s", "2000", "working_set_mib", "24", "check_pages_per_s", "8000");

  /** The return path's first message; what follows is its last: "all is loaded". */
  private static final int PONG_BYTES = 8;

  private static final int HALF_A_DEVICE_STATE = 30_000;

  private QemuHost source;
  private QemuHost target;

  @BeforeEach
  void start() throws IOException {
    source = new QemuHost("source");
    target = new QemuHost("target");
  }

  @AfterEach
  void stop() throws HypervisorException, IOException {
    source.close();
    target.close();
  }

  private Guest incoming() throws HypervisorException {
    return target.hypervisor().incoming(QemuHost.spec(LOAD), GuestListener.NONE);
  }

  /** Memory first, then what QEMU keeps; fails with whatever the target's side failed with. */
  private static CompletableFuture<Void> load(Guest guest, Guest incoming, Ends lane) {
    incoming.memory().copyFrom(guest.memory());
    return CompletableFuture.runAsync(() -> {
      try {
        incoming.loadState(lane.target());
      } catch (Exception e) {
        throw new CompletionException(e);
      }
    });
  }

  @Test
  void shouldGoOnAtTheTargetWhereItStoppedAtTheSource() throws Exception {
    Guest guest = source.running(LOAD, GuestListener.NONE);
    Guest incoming = incoming();
    assertThat(incoming.state()).isEqualTo(Guest.State.INCOMING);

    Instant before = Instant.now();
    Instant paused = guest.pause();
    assertThat(paused).isBetween(before.minusMillis(1), Instant.now());
    Ends lane = LaneInMemory.open();
    CompletableFuture<Void> loaded = load(guest, incoming, lane);
    long bytes = guest.saveState(lane.source());
    loaded.get(20, TimeUnit.SECONDS);

    assertThat(guest.memory().mismatch(incoming.memory())).isEqualTo(-1);
    assertThat(bytes).isGreaterThan(10_000);
    assertThat(guest.hypervisorDowntime()).isPositive();
    assertThat(guest.state()).isEqualTo(Guest.State.PAUSED);
    assertThat(incoming.state()).isEqualTo(Guest.State.PAUSED);
    long beats = figure(guest, "beats");
    long checked = figure(guest, "checked");
    double uptime = Double.parseDouble(guest.console().report().get("uptime_s"));
    assertThat(console(incoming)).isEqualTo(console(guest));

    incoming.resume();
    guest.destroy();
    awaitReport(incoming, "beats", beats + 500);
    awaitReport(incoming, "checked", checked + 2 * 24 * 256); // every page twice
    awaitReport(incoming, "pauses", 1);
    assertThat(Double.parseDouble(incoming.console().report().get("uptime_s")))
        .isGreaterThan(uptime);
    assertUnharmed(incoming);
    assertThat(QemuHost.processes()).hasSize(1);
  }

  @Test
  void shouldRunNowhereUntilToldSoWhenTheLastAnswerIsLost() throws Exception {
    Guest guest = source.running(LOAD, GuestListener.NONE);
    Guest incoming = incoming();
    guest.pause();
    Ends lane = LaneInMemory.open(Long.MAX_VALUE, PONG_BYTES);
    CompletableFuture<Void> loaded = load(guest, incoming, lane);

    assertThatThrownBy(() -> guest.saveState(lane.source()))
        .isInstanceOf(HypervisorException.class)
        .hasMessageContaining("not taken over");
    loaded.get(20, TimeUnit.SECONDS);

    assertThat(guest.state()).isEqualTo(Guest.State.PAUSED);
    assertThat(incoming.state()).isEqualTo(Guest.State.PAUSED);
    assertThat(guest.memory().mismatch(incoming.memory())).isEqualTo(-1);

    incoming.destroy();
    long beats = figure(guest, "beats");
    guest.resume();
    awaitReport(guest, "beats", beats + 500);
    assertUnharmed(guest);
  }

  @Test
  void shouldGoOnAtTheSourceWhenTheDeviceStateArrivesCutShort() throws Exception {
    Guest guest = source.running(LOAD, GuestListener.NONE);
    Guest incoming = incoming();
    guest.pause();
    Ends lane = LaneInMemory.open(HALF_A_DEVICE_STATE, Long.MAX_VALUE);
    CompletableFuture<Void> loaded = load(guest, incoming, lane);

    assertThatThrownBy(() -> guest.saveState(lane.source()))
        .isInstanceOf(HypervisorException.class);
    assertThatThrownBy(() -> loaded.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HypervisorException.class);
    assertThat(incoming.state()).isNotEqualTo(Guest.State.RUNNING);
    incoming.destroy();

    long beats = figure(guest, "beats");
    guest.resume();
    awaitReport(guest, "beats", beats + 500);
    assertUnharmed(guest);
    assertThat(QemuHost.processes()).hasSize(1);
  }
}
