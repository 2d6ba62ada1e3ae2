package io.drover.transfer;

import com.sun.management.OperatingSystemMXBean;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.TransferSettings;
import io.drover.transfer.TransferFixture.TrackedGuest;
import io.drover.transfer.driver.AeronTransferEngine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures, by hand, one round of a guest of 1 GiB, half of it zero, against the same payload
 * through bare Aeron, interleaved in one process: {@code mvn -pl transfer test-compile}, then run
 * {@link #main} on the test class path.
 */
final class TransferSpeed {
  private static final int PAGES = 1 << 18;
  private static final int CHUNK = 15 * TransferFixture.PAGE;
  private static final double NANOS = 1e9;

  private TransferSpeed() {}

  public static void main(String[] arguments) throws Exception {
    int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    Path directory = Path.of("/dev/shm");
    TransferSettings settings = TransferFixture.settings(directory);
    try (Arena arena = Arena.ofShared();
        TransferEngine source =
            AeronTransferEngine.launch(new BindAddress("127.0.0.1", 0), settings);
        TransferEngine target =
            AeronTransferEngine.launch(new BindAddress("127.0.0.1", 0), settings)) {
      MemorySegment memory = TransferFixture.memory(arena, PAGES);
      TransferFixture.fillHalf(memory.asSlice(0, memory.byteSize() / 2), 1);
      fillRest(memory);
      for (int run = 0; run < runs; run++) {
        double raw = raw(settings, memory.asSlice(0, memory.byteSize() / 2));
        double ours = ours(source, target, memory);
        System.out.printf(
            Locale.ROOT, "raw %.0f MiB/s, ours %.0f MiB/s, ratio %.2f%n", raw, ours, ours / raw);
      }
    }
  }

  private static long cpuNs() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime();
  }

  /** The odd pages of the first half too: content there, zeros in the second half. */
  private static void fillRest(MemorySegment memory) {
    for (long page = 1; page < PAGES / 2; page += 2) {
      long start = page * TransferFixture.PAGE;
      MemorySegment.copy(memory, start - TransferFixture.PAGE, memory, start, TransferFixture.PAGE);
    }
  }

  private static double ours(TransferEngine source, TransferEngine target, MemorySegment memory)
      throws Exception {
    try (Arena fresh = Arena.ofShared()) {
      MemorySegment copy = TransferFixture.memory(fresh, PAGES);
      copy.fill((byte) 0);
      try (InboundTransfer in = target.receive("speed", copy);
          OutboundTransfer out =
              source.send(
                  in.ticket(), new TrackedGuest(memory), TransferFixture.options("speed"))) {
        long cpu = cpuNs();
        long start = System.nanoTime();
        OutboundTransfer.RoundReport round = out.sendRound();
        double seconds = (System.nanoTime() - start) / NANOS;
        double cpuSeconds = (cpuNs() - cpu) / NANOS;
        OutboundTransfer.FinalReport last = out.sendFinal(Duration.ofSeconds(20));
        System.out.printf(
            Locale.ROOT,
            "  ours: %.3f s, %.3f CPU s; final %s%n",
            seconds,
            cpuSeconds,
            last.duration());
        in.memoryComplete().get(20, TimeUnit.SECONDS);
        return round.sentPages() * (double) TransferFixture.PAGE / (1 << 20) / seconds;
      }
    }
  }

  private static double raw(TransferSettings settings, MemorySegment payload) throws Exception {
    MediaDriver sender = driver(settings, "raw-source");
    MediaDriver receiver = driver(settings, "raw-target");
    Aeron from = Aeron.connect(new Aeron.Context().aeronDirectoryName(sender.aeronDirectoryName()));
    Aeron to = Aeron.connect(new Aeron.Context().aeronDirectoryName(receiver.aeronDirectoryName()));
    try {
      Subscription subscription = to.addSubscription("aeron:udp?endpoint=127.0.0.1:0", 5);
      ExclusivePublication publication =
          from.addExclusivePublication(
              "aeron:udp?endpoint=%s|mtu=%d|term-length=%d"
                  .formatted(
                      subscription.resolvedEndpoint(),
                      settings.pages().mtu(),
                      settings.pages().termLength().bytes()),
              5);
      while (!publication.isConnected()) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      Thread sending = new Thread(() -> publish(publication, payload));
      long cpu = cpuNs();
      long start = System.nanoTime();
      sending.start();
      consume(subscription, payload.byteSize());
      double seconds = (System.nanoTime() - start) / NANOS;
      System.out.printf(
          Locale.ROOT, "  raw: %.3f s, %.3f CPU s%n", seconds, (cpuNs() - cpu) / NANOS);
      sending.join();
      return payload.byteSize() / (double) (1 << 20) / seconds;
    } finally {
      CloseHelper.closeAll(from, to, sender, receiver);
    }
  }

  private static MediaDriver driver(TransferSettings settings, String name) {
    int window = (int) settings.pages().receiveWindow().bytes();
    return MediaDriver.launch(
        new MediaDriver.Context()
            .aeronDirectoryName(settings.directory().resolve(name).toString())
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new BackoffIdleStrategy(10, 10, 1_000, 200_000))
            .socketRcvbufLength(window)
            .socketSndbufLength((int) settings.pages().sendBuffer().bytes())
            .initialWindowLength(window)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
  }

  private static void publish(ExclusivePublication publication, MemorySegment payload) {
    IdleStrategy idle = new BackoffIdleStrategy(10, 20, 1_000, 200_000);
    BufferClaim claim = new BufferClaim();
    UnsafeBuffer all = new UnsafeBuffer(payload.asByteBuffer());
    int length = all.capacity();
    int sent = 0;
    while (sent < length) {
      int part = Math.min(CHUNK, length - sent);
      if (publication.tryClaim(part, claim) > 0) {
        claim.buffer().putBytes(claim.offset(), all, sent, part);
        claim.commit();
        sent += part;
        idle.reset();
      } else {
        idle.idle();
      }
    }
  }

  private static void consume(Subscription subscription, long bytes) {
    IdleStrategy idle = new BackoffIdleStrategy(10, 20, 1_000, 200_000);
    long[] received = new long[1];
    while (received[0] < bytes) {
      idle.idle(subscription.poll((buffer, offset, length, header) -> received[0] += length, 16));
    }
  }
}
