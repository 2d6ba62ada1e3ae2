package io.drover.agent.qemu;

import io.drover.agent.guest.Hypervisor;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An image as found on this host.
 *
 * @param listing what the host tells about it, and whether it is usable
 */
record QemuImage(Hypervisor.Image listing, Boot boot) {
  /** What a guest starts from. */
  sealed interface Boot {
    /** Loaded by QEMU itself, with the kernel's arguments. */
    record Kernel(Path kernel, Optional<Path> initrd, String arguments) implements Boot {}

    /** Booted from by the firmware. */
    record Disk(Path file) implements Boot {}
  }

  /** Guests with a disk stay where they are until volumes can move. */
  boolean isMigratable() {
    return boot instanceof Boot.Kernel;
  }
}
