package io.drover.bench.migration;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Two guests' RAM, compared page by page while neither runs. */
final class RamComparison {
  static final int PAGE_BYTES = 4096;

  private RamComparison() {}

  /**
   * Counts the pages that are not equal.
   *
   * @throws IllegalArgumentException when the files differ in size, or are not whole pages
   */
  static long differingPages(Path source, Path target) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = map(source, arena);
      MemorySegment other = map(target, arena);
      if (one.byteSize() != other.byteSize() || one.byteSize() % PAGE_BYTES != 0) {
        throw new IllegalArgumentException(
            "RAM of %s has %d bytes, that of %s %d"
                .formatted(source, one.byteSize(), target, other.byteSize()));
      }
      return differingPages(one, other);
    }
  }

  private static long differingPages(MemorySegment one, MemorySegment other) {
    long differing = 0;
    long from = 0;
    while (from < one.byteSize()) {
      long same = one.asSlice(from).mismatch(other.asSlice(from));
      if (same < 0) {
        break;
      }
      differing++;
      from = (from + same) / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES; // on with the next page
    }
    return differing;
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
