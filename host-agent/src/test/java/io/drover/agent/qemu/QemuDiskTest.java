package io.drover.agent.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.units.Resources;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests that start from a qcow2 disk: they run, and stay where they are. */
class QemuDiskTest {
  private static final int CLUSTER = 1 << 16;

  @TempDir private Path directory;

  /** An empty disk of 1 MiB: header, reference counts, and a table that maps nothing. */
  private static byte[] emptyDisk() {
    ByteBuffer disk = ByteBuffer.allocate(4 * CLUSTER);
    disk.putInt(0x514649fb).putInt(2).putLong(0).putInt(0).putInt(16).putLong(1 << 20);
    disk.putInt(0).putInt(1).putLong(3 * CLUSTER).putLong(CLUSTER).putInt(1);
    disk.putLong(CLUSTER, 2 * CLUSTER);
    for (int cluster = 0; cluster < 4; cluster++) {
      disk.putShort(2 * CLUSTER + 2 * cluster, (short) 1);
    }
    return disk.array();
  }

  @Test
  void shouldRunAGuestWithADiskButNotMoveIt() throws HypervisorException, IOException {
    Files.write(directory.resolve("empty.qcow2"), emptyDisk());
    GuestSpec spec =
        new GuestSpec(QemuHost.VM, "empty", new Resources(1000, QemuHost.MEMORY), Map.of());
    try (QemuHost host =
        new QemuHost(
            QemuHost.settings(
                Path.of("/dev/shm", "drover-test-" + ProcessHandle.current().pid() + "-disk"),
                directory.resolve("state"),
                directory))) {
      Guest guest = host.hypervisor().boot(spec, GuestListener.NONE);
      guest.resume();
      guest.pause();
      assertThatThrownBy(() -> guest.saveState(LaneInMemory.open().source()))
          .isInstanceOfSatisfying(
              HypervisorException.class,
              e -> assertThat(e.kind()).isEqualTo(HypervisorException.Kind.INVALID_STATE));
      assertThatThrownBy(() -> host.hypervisor().incoming(spec, GuestListener.NONE))
          .isInstanceOf(HypervisorException.class)
          .hasMessageContaining("has a disk");
      assertThat(guest.state()).isEqualTo(Guest.State.PAUSED);
      guest.destroy();
    }
  }
}
