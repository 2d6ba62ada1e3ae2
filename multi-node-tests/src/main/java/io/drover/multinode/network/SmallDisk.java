package io.drover.multinode.network;

import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk of its own for one folder, a tmpfs, small enough to be filled. */
public final class SmallDisk implements AutoCloseable {
  private static final Owned OWNED = new Owned();
  private static final int BLOCK_BYTES = 64 * 1024;

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one there; empty when that is not allowed. */
  public static Optional<SmallDisk> mount(Path folder, ByteSize size) {
    if (!Shell.isRoot()) {
      return Optional.empty();
    }
    removeLeftOvers();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String name = OWNED.name(folder.getFileName().toString());
    Shell.Result mounted =
        Shell.attempt(
            List.of("mount", "-t", "tmpfs", "-o", "size=" + size.bytes(), name, folder.toString()));
    return mounted.status() == 0 ? Optional.of(new SmallDisk(folder)) : Optional.empty();
  }

  /** Leaves no byte free. */
  public void fill() {
    byte[] block = new byte[BLOCK_BYTES];
    try (OutputStream out = Files.newOutputStream(filler())) {
      for (int size = BLOCK_BYTES; size > 0; ) {
        size = write(out, block, size) ? size : size / 2;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fill " + folder, e);
    }
  }

  /** False when it does not fit any more. */
  private static boolean write(OutputStream out, byte[] block, int size) {
    try {
      out.write(block, 0, size);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nothing to a disk that is not full. */
  public void free() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot free " + folder, e);
    }
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  @Override
  public void close() {
    Shell.attempt(List.of("umount", "-l", folder.toString()));
  }

  private static void removeLeftOvers() {
    Owned.read(Path.of("/proc/mounts")).stream()
        .flatMap(String::lines)
        .map(line -> line.split(" "))
        .filter(words -> Owned.isLeftOver(words[0]))
        .forEach(words -> Shell.attempt(List.of("umount", "-l", words[1])));
  }
}
