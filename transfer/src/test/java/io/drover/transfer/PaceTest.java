package io.drover.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.DataRate;
import io.drover.transfer.OutboundTransfer.RoundReport;
import io.drover.transfer.TransferFixture.ScannedGuest;
import io.drover.transfer.TransferFixture.TrackedGuest;
import io.drover.transfer.driver.AeronTransferEngine;
import io.drover.transfer.page.PageBitmap;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.Residency;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a transfer costs: bandwidth, garbage, memory of the target. */
class PaceTest {
  private static final int PAGES = 4_096;
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void shouldKeepToTheBandwidthLimitUntilTheGuestIsPaused() throws Exception {
    AtomicLong nowNs = new AtomicLong();
    long rate = 10 << 20;
    long burst = rate / 50 + (64 << 10);
    try (Arena arena = Arena.ofShared();
        TransferEngine target = TransferFixture.engine(directory);
        TransferEngine source =
            AeronTransferEngine.launch(
                new BindAddress("127.0.0.1", 0), TransferFixture.settings(directory), nowNs::get)) {
      MemorySegment memory = TransferFixture.memory(arena, PAGES);
      TransferFixture.fillHalf(memory, 1);
      SendOptions slow = new SendOptions("slow", new DataRate(rate), Duration.ofSeconds(20));
      try (InboundTransfer in = target.receive("slow", TransferFixture.memory(arena, PAGES));
          OutboundTransfer out = source.send(in.ticket(), new ScannedGuest(memory), slow)) {
        CompletableFuture<RoundReport> round = CompletableFuture.supplyAsync(() -> round(out));
        for (int tick = 1; tick <= 30; tick++) {
          nowNs.addAndGet(10_000_000);
          long allowed = rate * tick / 100;
          await().until(() -> out.sentBytes() >= Math.max(0, allowed - burst));
          assertThat(out.sentBytes()).isLessThanOrEqualTo(allowed + burst);
        }
        out.limitBandwidth(DataRate.UNLIMITED);
        assertThat(round.get(20, TimeUnit.SECONDS).sentPages()).isEqualTo(PAGES / 2);

        out.limitBandwidth(new DataRate(1));
        TransferFixture.fillHalf(memory, 2);
        assertThat(out.sendFinal(DEADLINE).finalPages()).isEqualTo(PAGES / 2);
      }
    }
  }

  @Test
  void shouldNotAllocatePerPage() throws Exception {
    try (Arena arena = Arena.ofShared();
        TransferEngine target = TransferFixture.engine(directory);
        TransferEngine source = TransferFixture.engine(directory)) {
      MemorySegment memory = TransferFixture.memory(arena, PAGES);
      TransferFixture.fillHalf(memory, 1);
      TrackedGuest guest = new TrackedGuest(memory);
      try (InboundTransfer in = target.receive("lean", TransferFixture.memory(arena, PAGES));
          OutboundTransfer out = source.send(in.ticket(), guest, TransferFixture.options("lean"))) {
        for (int warmUp = 0; warmUp < 3; warmUp++) {
          dirtyAll(guest);
          out.sendRound();
        }
        long before = allocatedByTransferThreads();
        dirtyAll(guest);
        RoundReport report = out.sendRound();
        long allocated = allocatedByTransferThreads() - before;

        assertThat(report.sentPages()).isEqualTo(PAGES);
        assertThat(allocated).isLessThan(16_384);
        out.sendFinal(DEADLINE);
      }
    }
  }

  private static void dirtyAll(TrackedGuest guest) {
    for (int page = 0; page < PAGES; page++) {
      guest.write(page, 8, System.nanoTime());
    }
  }

  private static long allocatedByTransferThreads() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("drover-transfer-")) {
        sum += threads.getThreadAllocatedBytes(thread.threadId());
      }
    }
    return sum;
  }

  @Test
  void shouldLeaveASparseTargetSparse() throws Exception {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "drover-test", ".ram");
    long length = (long) PAGES * TransferFixture.PAGE;
    try (Arena arena = Arena.ofShared();
        TransferEngine target = TransferFixture.engine(directory);
        TransferEngine source = TransferFixture.engine(directory);
        FileChannel ram =
            FileChannel.open(
                file,
                StandardOpenOption.DELETE_ON_CLOSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      MemorySegment memory = TransferFixture.memory(arena, PAGES);
      TransferFixture.fillHalf(memory.asSlice(0, length / 4), 1);
      ram.write(ByteBuffer.allocate(1), length - 1);
      MemorySegment copy = ram.map(FileChannel.MapMode.READ_WRITE, 0, length, arena);
      try (InboundTransfer in = target.receive("sparse", copy);
          OutboundTransfer out =
              source.send(
                  in.ticket(), new ScannedGuest(memory), TransferFixture.options("sparse"))) {
        out.sendRound();
        out.sendFinal(DEADLINE);
        PageBitmap resident = Residency.of(new PageMemory(copy));
        assertThat(in.memoryComplete()).succeedsWithin(DEADLINE);
        // An eighth has content, and the last page was written to give the file its length.
        assertThat(resident.cardinality()).isEqualTo(PAGES / 8 + 1);
        assertThat(copy.mismatch(memory)).isEqualTo(-1);
      }
    }
  }

  @Test
  void shouldClearAPageThatWasNotFresh() throws Exception {
    try (Arena arena = Arena.ofShared();
        TransferEngine target = TransferFixture.engine(directory);
        TransferEngine source = TransferFixture.engine(directory)) {
      MemorySegment memory = TransferFixture.memory(arena, 64);
      MemorySegment copy = TransferFixture.memory(arena, 64);
      copy.fill((byte) 3);
      try (InboundTransfer in = target.receive("used", copy);
          OutboundTransfer out =
              source.send(in.ticket(), new ScannedGuest(memory), TransferFixture.options("used"))) {
        out.sendFinal(DEADLINE);
        assertThat(copy.mismatch(memory)).isEqualTo(-1);
      }
    }
  }

  private static RoundReport round(OutboundTransfer out) {
    try {
      return out.sendRound();
    } catch (TransferException e) {
      throw new IllegalStateException(e);
    }
  }
}
