package io.drover.multinode.network;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A whole host that can stand still: every process that was started in it, and their children,
 * whoever adopted them. A freezer cgroup of version 1 or 2.
 */
public final class Freezer implements AutoCloseable {
  private static final Path V1 = Path.of("/sys/fs/cgroup/freezer");
  private static final Path V2 = Path.of("/sys/fs/cgroup");
  private static final Owned OWNED = new Owned();

  private final Path group;
  private final boolean isV1;

  private Freezer(Path group, boolean isV1) {
    this.group = group;
    this.isV1 = isV1;
  }

  /** One of this name; empty where there are no such cgroups or only root could make one. */
  public static Optional<Freezer> create(String name) {
    Optional<Path> parent = parent();
    if (parent.isEmpty() || !Shell.isRoot()) {
      return Optional.empty();
    }
    removeLeftOvers(parent.get());
    Path group = parent.get().resolve(OWNED.name(name));
    if (!group.toFile().mkdir() && !Files.isDirectory(group)) {
      return Optional.empty();
    }
    return Optional.of(new Freezer(group, parent.get().equals(V1)));
  }

  private static Optional<Path> parent() {
    return Stream.of(V1, V2)
        .filter(path ->
            Files.isWritable(path.resolve("cgroup.procs"))
                && (path.equals(V1) || Files.exists(path.resolve("cgroup.controllers"))))
        .findFirst();
  }

  /** Start of a command line whose process is in here from its first instruction. */
  public List<String> prefix() {
    return List.of(
        "sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", group.resolve("cgroup.procs").toString());
  }

  public void freeze() {
    set(true);
  }

  /** Nothing to a host that is not frozen. A frozen process cannot even be killed. */
  public void thaw() {
    set(false);
  }

  private void set(boolean frozen) {
    if (isV1) {
      Owned.write(group.resolve("freezer.state"), frozen ? "FROZEN" : "THAWED");
    } else {
      Owned.write(group.resolve("cgroup.freeze"), frozen ? "1" : "0");
    }
  }

  /** Removes it; whatever runs in there must have ended. */
  @Override
  public void close() {
    if (Files.isDirectory(group)) {
      thaw();
      Shell.attempt(List.of("rmdir", group.toString()));
    }
  }

  private static void removeLeftOvers(Path parent) {
    Owned.list(parent)
        .filter(path -> Owned.isLeftOver(path.getFileName().toString()))
        .forEach(path -> {
          new Freezer(path, parent.equals(V1)).thaw();
          Owned.read(path.resolve("cgroup.procs")).stream()
              .flatMap(String::lines)
              .filter(pid -> !pid.isEmpty())
              .forEach(pid ->
                  ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
          Shell.attempt(List.of("rmdir", path.toString()));
        });
  }
}
