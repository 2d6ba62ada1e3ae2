package io.drover.agent.qemu;

import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
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

  /**
   * A disk's system has no command line that could take arguments.
   *
   * @throws HypervisorException FAILED
   */
  void requireArguments(GuestSpec spec) throws HypervisorException {
    if (boot instanceof Boot.Disk && !spec.arguments().isEmpty()) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED,
          "image %s is a disk and has no arguments: %s".formatted(spec.image(), spec.arguments()));
    }
  }

  /** Guests with a disk stay where they are until volumes can move. */
  boolean isMigratable() {
    return boot instanceof Boot.Kernel;
  }
}
