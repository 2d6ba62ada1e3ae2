package io.drover.bench.migration;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.drover.config.settings.TransferSettings;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * Bytes through Aeron and nothing else: the largest claims the channel allows, with the settings of
 * the transfer engine, its threading mode included. One sender and one receiver thread, of the
 * callers.
 */
final class RawAeron implements AutoCloseable {
  private static final int STREAM = 1;
  private static final int FRAGMENTS_PER_POLL = 64;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final MediaDriver driver;
  private final Aeron aeron;
  private final TransferSettings.PageChannel channel;
  private final String endpoint;

  RawAeron(TransferSettings settings, int port) {
    channel = settings.pages();
    endpoint = "127.0.0.1:" + port;
    Path directory =
        settings.directory().resolve("drover-raw-aeron-" + ProcessHandle.current().pid());
    driver =
        MediaDriver.launch(
            new MediaDriver.Context()
                .aeronDirectoryName(directory.toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idleStrategy())
                .socketRcvbufLength((int) channel.receiveWindow().bytes())
                .socketSndbufLength((int) channel.sendBuffer().bytes())
                .initialWindowLength((int) channel.receiveWindow().bytes()));
    aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString()));
  }

  String endpoint() {
    return endpoint;
  }

  private static IdleStrategy idleStrategy() {
    return new BackoffIdleStrategy(10, 20, 1_000, 200_000);
  }

  private String uri(String toEndpoint) {
    return new ChannelUriStringBuilder()
        .media("udp")
        .endpoint(toEndpoint)
        .mtu(channel.mtu())
        .termLength((int) channel.termLength().bytes())
        .build();
  }

  /**
   * Receives this many bytes.
   *
   * @return nanoseconds from the first to the last of them
   */
  long receive(long bytes) {
    return receive(bytes, (_, _, _, _) -> {});
  }

  /** Receives as many bytes as this memory has, and writes them there. */
  long receive(MemorySegment memory) {
    ByteBuffer into = memory.asByteBuffer();
    return receive(
        memory.byteSize(),
        (buffer, offset, length, _) ->
            buffer.getBytes(offset, into, Math.min(length, into.remaining())));
  }

  private long receive(long bytes, FragmentHandler handler) {
    long[] received = new long[1];
    FragmentHandler count =
        (buffer, offset, length, header) -> {
          handler.onFragment(buffer, offset, length, header);
          received[0] += length;
        };
    IdleStrategy idle = idleStrategy();
    long deadlineNs = System.nanoTime() + LIMIT.toNanos();
    long startNs = 0;
    try (Subscription subscription = aeron.addSubscription(uri(endpoint), STREAM)) {
      while (received[0] < bytes) {
        idle.idle(subscription.poll(count, FRAGMENTS_PER_POLL));
        startNs = startNs == 0 && received[0] > 0 ? System.nanoTime() : startNs;
        requireBefore(deadlineNs, received[0], bytes);
      }
      return System.nanoTime() - startNs;
    }
  }

  /**
   * Sends this many bytes, copied from a buffer as pages are; they are on their way when it
   * returns.
   */
  void send(String toEndpoint, long bytes) {
    byte[] content = new byte[channel.mtu()];
    BufferClaim claim = new BufferClaim();
    IdleStrategy idle = idleStrategy();
    long deadlineNs = System.nanoTime() + LIMIT.toNanos();
    try (ExclusivePublication publication =
        aeron.addExclusivePublication(uri(toEndpoint), STREAM)) {
      long sent = 0;
      while (sent < bytes) {
        int length = (int) Math.min(publication.maxPayloadLength(), bytes - sent);
        if (publication.tryClaim(length, claim) > 0) {
          claim.buffer().putBytes(claim.offset(), content, 0, length);
          claim.commit();
          sent += length;
          idle.reset();
        } else { // not connected yet, or back-pressure
          idle.idle();
          requireBefore(deadlineNs, sent, bytes);
        }
      }
    }
  }

  private static void requireBefore(long deadlineNs, long done, long bytes) {
    if (System.nanoTime() > deadlineNs) {
      throw new IllegalStateException(
          "raw Aeron moved %d of %d bytes in %d s".formatted(done, bytes, LIMIT.toSeconds()));
    }
  }

  @Override
  public void close() {
    CloseHelper.closeAll(aeron, driver);
  }
}
