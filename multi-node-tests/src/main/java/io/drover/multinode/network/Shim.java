package io.drover.multinode.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A wrong clock and a slow disk for one process: a small library that is preloaded into it and
 * reads a page that is shared with the harness. Needs a C compiler.
 */
public final class Shim {
  private static final int PAGE_BYTES = 4096;
  private static final int CLOCK_OFFSET = 0;
  private static final int SYNC_DELAY = 8;

  private final Path library;
  private final Path file;
  private final MappedByteBuffer page;

  private Shim(Path library, Path file, MappedByteBuffer page) {
    this.library = library;
    this.file = file;
    this.page = page;
  }

  /** Compiles the library into a folder; empty when there is no compiler. */
  public static Optional<Path> compile(Path folder) {
    if (!Shell.has("gcc")) {
      return Optional.empty();
    }
    Path source = folder.resolve("shim.c");
    Path library = folder.resolve("shim.so");
    try (InputStream in = Shim.class.getResourceAsStream("/shim.c")) {
      Files.createDirectories(folder);
      Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Shell.run(
        "gcc",
        "-shared",
        "-fPIC",
        "-O2",
        "-Wall",
        "-Werror",
        "-o",
        library.toString(),
        source.toString(),
        "-ldl");
    return Optional.of(library);
  }

  /**
   * For a process that will be started with {@link #environment}.
   *
   * @param file of its page
   */
  public static Shim of(Path library, Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer page = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE_BYTES);
      page.order(ByteOrder.nativeOrder());
      return new Shim(library, file, page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the process needs in its environment. */
  public Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "DROVER_SHIM", file.toString());
  }

  /** From now on its wall clock is so far off. */
  public void jump(Duration offset) {
    page.putLong(CLOCK_OFFSET, offset.toNanos());
  }

  /** From now on each fsync takes so much longer. */
  public void slowDisk(Duration perSync) {
    page.putLong(SYNC_DELAY, perSync.toNanos());
  }

  /** As it was at the start. */
  public void reset() {
    jump(Duration.ZERO);
    slowDisk(Duration.ZERO);
  }
}
