package io.drover.bench.migration;

import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetPlan;
import io.drover.multinode.harness.LiveProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folders of one run, on disk and in memory, and every process that was started with one of
 * them on its command line. All of it is gone after {@link #close}, and after Ctrl-C. Safe on any
 * thread.
 */
final class Workspace implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Path SHM = Path.of("/dev/shm");

  private final Path disk;
  private final Path memory;
  private final boolean keepDisk;
  private final Thread hook = new Thread(this::remove, "workspace-removal");
  private boolean isRemoved;

  private Workspace(Path disk, Path memory, boolean keepDisk) {
    this.disk = disk;
    this.memory = memory;
    this.keepDisk = keepDisk;
  }

  /**
   * @param keepDisk leaves logs and consoles where they are, and says where
   */
  static Workspace create(boolean keepDisk) throws IOException {
    Path disk = Files.createTempDirectory("drover-bench-migration");
    // Short: below it are Unix sockets, whose path the kernel limits.
    Path memory = Files.isDirectory(SHM) ? Files.createTempDirectory(SHM, "drover-bench") : disk;
    Workspace workspace = new Workspace(disk, memory, keepDisk);
    Runtime.getRuntime().addShutdownHook(workspace.hook);
    return workspace;
  }

  /** A folder on disk. */
  Path folder(String name) {
    return disk.resolve(name);
  }

  /** A folder in memory. */
  Path memoryFolder(String name) {
    return memory.resolve(name);
  }

  /** Starts a fleet whose logs and state are in a folder of that name. */
  synchronized Fleet start(FleetPlan plan, String name) {
    requireOpen();
    // On every command line, so that each process can be found again.
    return plan.nodeProperty("bench.workspace", disk.toString())
        .agentProperty("bench.workspace", disk.toString())
        .agentProperty("drover.agent.qemu.shm-dir", memory.toString())
        .agentProperty("drover.transfer.directory", memory.toString())
        .start(folder(name));
  }

  /** Starts a process; a path of this workspace must be among its arguments. */
  synchronized Process start(ProcessBuilder builder) throws IOException {
    requireOpen();
    return builder.start();
  }

  private void requireOpen() {
    if (isRemoved) {
      throw new IllegalStateException(disk + " is removed");
    }
  }

  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is what runs now, or just did.
    }
  }

  private synchronized void remove() {
    if (isRemoved) {
      return;
    }
    isRemoved = true;
    // Agents first: as long as one lives, it may start a guest.
    end(LiveProcess::isJvm, false);
    end(_ -> true, true);
    delete(memory);
    if (keepDisk) {
      System.out.println("  logs and consoles are in " + disk);
    } else {
      delete(disk);
    }
  }

  private void end(Predicate<LiveProcess> which, boolean forcibly) {
    List<ProcessHandle> ending =
        Stream.concat(
                LiveProcess.mentioning(disk.toString()).stream(),
                LiveProcess.mentioning(memory.toString()).stream())
            .filter(which)
            .map(LiveProcess::handle)
            .distinct()
            .toList();
    for (ProcessHandle process : ending) {
      var _ = forcibly ? process.destroyForcibly() : process.destroy();
    }
    CompletableFuture.allOf(
            ending.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  private static void delete(Path folder) {
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException e) {
      // Memory and disk may be the same folder.
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be removed", e);
    }
  }
}
