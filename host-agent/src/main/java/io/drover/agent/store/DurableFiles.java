package io.drover.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file operations a store's safety rests on, one by one, so that a test can stop between any
 * two of them.
 */
public interface DurableFiles {
  /** Creates or truncates the file and writes all of it; not yet on disk. */
  void write(Path file, byte[] bytes) throws IOException;

  /** Returns once the file's content is on disk. */
  void syncFile(Path file) throws IOException;

  /** Replaces {@code to} in one step. */
  void rename(Path from, Path to) throws IOException;

  /** Returns once names in the directory are on disk. */
  void syncDirectory(Path directory) throws IOException;

  /** Writes into room that the file has already; returns once that is on disk. */
  void append(FileChannel channel, long position, ByteBuffer bytes) throws IOException;

  /** The machine's own. */
  DurableFiles REAL =
      new DurableFiles() {
        @Override
        public void write(Path file, byte[] bytes) throws IOException {
          Files.write(file, bytes);
        }

        @Override
        public void syncFile(Path file) throws IOException {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
          Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }

        @Override
        public void append(FileChannel channel, long position, ByteBuffer bytes)
            throws IOException {
          long end = position + bytes.remaining();
          while (bytes.hasRemaining()) {
            channel.write(bytes, end - bytes.remaining());
          }
          channel.force(false);
        }
      };

  /**
   * Replaces a file so that after a crash at any point either all of the old or the new is there.
   */
  default void replace(Path file, byte[] bytes) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    write(next, bytes);
    syncFile(next);
    rename(next, file);
    Path directory = file.getParent();
    if (directory != null) {
      syncDirectory(directory);
    }
  }
}
