package io.drover.agent.qemu;

import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the host can hold one more guest, asked before anything is started. Guests take all of
 * their RAM when they start, so what is free is free.
 */
final class HostRoom {
  /** QEMU's own heap, its translated code (see {@link QemuCommandLine}) and stacks. */
  static final ByteSize PROCESS_OVERHEAD = ByteSize.ofMib(128);

  /** Sockets and page tables of the file system. */
  private static final ByteSize SHM_RESERVE = ByteSize.ofMib(4);

  /** Log, console and record of one guest. */
  private static final ByteSize STATE_RESERVE = ByteSize.ofMib(8);

  private static final Logger LOG = LoggerFactory.getLogger(HostRoom.class);
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path CGROUP = Path.of("/sys/fs/cgroup");
  private static final long KIB = 1024;

  private final Path shmDirectory;
  private final Path stateDirectory;

  HostRoom(Path shmDirectory, Path stateDirectory) {
    this.shmDirectory = shmDirectory;
    this.stateDirectory = stateDirectory;
  }

  /**
   * Makes sure of the memory, on the host and in its file system, and of some disk.
   *
   * @throws HypervisorException INSUFFICIENT_RESOURCES with what is needed and what is there
   */
  void require(GuestSpec spec) throws HypervisorException {
    ByteSize memory = spec.resources().memory();
    try {
      require(spec, "space in " + shmDirectory, memory.plus(SHM_RESERVE), free(shmDirectory));
      require(spec, "memory of the host", memory.plus(PROCESS_OVERHEAD), availableMemory());
      require(spec, "space in " + stateDirectory, STATE_RESERVE, free(stateDirectory));
    } catch (IOException e) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED, "cannot tell what is free for " + spec.vm(), e);
    }
  }

  /**
   * The memory that a guest can have if it is the only one; zero when that is not known and only
   * then, because zero means without limit.
   */
  ByteSize largestGuest() {
    Path existing = shmDirectory.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) { // made with the first guest
      existing = existing.getParent();
    }
    try {
      long total = Files.getFileStore(existing).getTotalSpace();
      return new ByteSize(total == 0 ? 0 : Math.max(1, total - SHM_RESERVE.bytes()));
    } catch (IOException e) {
      LOG.warn("cannot tell how large {} is: {}", shmDirectory, e.toString());
      return ByteSize.ZERO;
    }
  }

  private static void require(GuestSpec spec, String what, ByteSize needed, ByteSize free)
      throws HypervisorException {
    if (needed.compareTo(free) > 0) {
      throw new HypervisorException(
          HypervisorException.Kind.INSUFFICIENT_RESOURCES,
          "%s needs %s of %s, free are %s".formatted(spec.vm(), needed, what, free));
    }
  }

  private static ByteSize free(Path directory) throws IOException {
    return new ByteSize(Files.getFileStore(directory).getUsableSpace());
  }

  private static ByteSize availableMemory() throws IOException {
    long available = Long.MAX_VALUE;
    try (Stream<String> lines = Files.lines(MEMORY)) {
      available =
          lines
              .filter(line -> line.startsWith("MemAvailable:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
              .findFirst()
              .orElse(available);
    }
    Path limit = CGROUP.resolve("memory.max");
    Path used = CGROUP.resolve("memory.current");
    if (Files.isReadable(limit) && Files.isReadable(used)) {
      String max = Files.readString(limit).strip();
      if (!max.equals("max")) {
        long left = Long.parseLong(max) - Long.parseLong(Files.readString(used).strip());
        available = Math.min(available, Math.max(0, left));
      }
    }
    return new ByteSize(available);
  }
}
