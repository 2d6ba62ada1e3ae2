package io.drover.agent.qemu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A guest's RAM file, mapped into the agent. QEMU maps the same pages. */
final class GuestMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestMemory.class);

  private final Path file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment;

  GuestMemory(Path file, long bytes) throws IOException {
    this.file = file;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() != bytes) {
        throw new IOException(
            "%s has %d bytes, the guest's memory %d".formatted(file, channel.size(), bytes));
      }
      this.segment = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  MemorySegment segment() {
    return segment;
  }

  /** Gives the memory back; whoever still reads it gets an exception, never other memory. */
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      try {
        arena.close();
      } catch (IllegalStateException e) {
        LOG.warn("{} is still in use, its memory stays mapped: {}", file, e.getMessage());
      }
    }
  }
}
