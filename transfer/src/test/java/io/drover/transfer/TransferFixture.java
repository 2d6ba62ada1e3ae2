package io.drover.transfer;

import com.typesafe.config.ConfigFactory;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.TransferSettings;
import io.drover.config.units.DataRate;
import io.drover.transfer.driver.AeronTransferEngine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/** Engines on free ports of the loopback address, and memory to move between them. */
final class TransferFixture {
  static final int PAGE = 4_096;

  private TransferFixture() {}

  static TransferEngine engine(Path directory, String... overrides) {
    return AeronTransferEngine.launch(
        new BindAddress("127.0.0.1", 0), settings(directory, overrides));
  }

  /** {@code overrides} are {@code key=value} below {@code drover.transfer}. */
  static TransferSettings settings(Path directory, String... overrides) {
    StringBuilder text = new StringBuilder("drover.transfer.directory=\"" + directory + "\"\n");
    for (String override : overrides) {
      text.append("drover.transfer.").append(override).append('\n');
    }
    return TransferSettings.from(
        ConfigFactory.parseString(text.toString())
            .withFallback(ConfigFactory.defaultReference())
            .resolve());
  }

  static SendOptions options(String id) {
    return new SendOptions(id, DataRate.UNLIMITED, Duration.ofSeconds(20));
  }

  static MemorySegment memory(Arena arena, int pages) {
    return arena.allocate((long) pages * PAGE, PAGE);
  }

  /** Every other page gets random content. */
  static void fillHalf(MemorySegment memory, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long page = 0; page < memory.byteSize() / PAGE; page += 2) {
      for (int i = 0; i < PAGE; i += Long.BYTES) {
        memory.set(ValueLayout.JAVA_LONG, page * PAGE + i, random.nextLong());
      }
    }
  }

  /** A guest whose writes are tracked exactly, as the embedded hypervisor does. */
  static final class TrackedGuest implements PageSource {
    private final MemorySegment memory;
    private final AtomicLongArray dirty;

    TrackedGuest(MemorySegment memory) {
      this.memory = memory;
      this.dirty = new AtomicLongArray((int) (memory.byteSize() / PAGE + 63) / 64);
    }

    void write(int page, int offset, long value) {
      memory.set(ValueLayout.JAVA_LONG, (long) page * PAGE + offset, value);
      dirty.getAndAccumulate(page >> 6, 1L << page, (a, b) -> a | b);
    }

    void clear(int page) {
      memory.asSlice((long) page * PAGE, PAGE).fill((byte) 0);
      dirty.getAndAccumulate(page >> 6, 1L << page, (a, b) -> a | b);
    }

    private void collect(long[] bitmap) {
      for (int i = 0; i < bitmap.length; i++) {
        bitmap[i] |= dirty.getAndSet(i, 0);
      }
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public DirtyTracking tracking() {
      return new DirtyTracking.Exact(this::collect);
    }
  }

  /** A guest that nobody tracks, as QEMU's memory file. */
  record ScannedGuest(MemorySegment memory) implements PageSource {
    @Override
    public DirtyTracking tracking() {
      return new DirtyTracking.ContentScan();
    }
  }
}
