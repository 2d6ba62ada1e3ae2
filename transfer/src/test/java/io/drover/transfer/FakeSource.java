package io.drover.transfer;

import static org.awaitility.Awaitility.await;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.drover.transfer.page.PageHasher;
import io.drover.transfer.page.PageTable;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.FrameReader;
import io.drover.transfer.wire.FrameWriter;
import io.drover.transfer.wire.Hello;
import io.drover.transfer.wire.PageRuns;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/** A source that says whatever a test wants it to. */
final class FakeSource implements AutoCloseable {
  private static final int ANSWER_STREAM = 77;
  private static final String PARAMETERS = "|mtu=65504|term-length=1048576";

  final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(60_000));
  final FrameWriter writer;
  private final MediaDriver driver;
  private final Aeron aeron;
  private final ExclusivePublication control;
  private final ExclusivePublication pages;
  private final Subscription answers;
  private final FrameReader reader;
  private final PageHasher hasher = new PageHasher();
  private final List<Integer> heard = new CopyOnWriteArrayList<>();
  private volatile String abortReason = "";
  long sequence = 1;

  FakeSource(Path directory, TransferTicket ticket, long token) {
    driver =
        MediaDriver.launchEmbedded(
            new MediaDriver.Context()
                .aeronDirectoryName(directory.resolve("fake").toString())
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
                .dirDeleteOnShutdown(true));
    aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
    String channel = "aeron:udp?endpoint=" + ticket.endpoint() + PARAMETERS;
    control = aeron.addExclusivePublication(channel, ticket.streamId());
    pages = aeron.addExclusivePublication(channel, ticket.streamId() + 1);
    answers = aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:0", ANSWER_STREAM);
    writer = new FrameWriter(token, buffer);
    reader = new FrameReader(ticket.token());
  }

  void hello(int pageCount) {
    writer.begin(buffer, 0);
    String endpoint = String.valueOf(answers.resolvedEndpoint());
    Hello hello = new Hello(pageCount, Duration.ofSeconds(5), 0, ANSWER_STREAM, endpoint, "fake");
    int length = hello.encode(buffer, writer.bodyOffset());
    offer(control, writer.finish(FrameKind.HELLO, 1, 0, 0, 0, length));
  }

  void awaitWelcome() {
    await().until(() -> poll() && heard.contains(FrameKind.WELCOME));
  }

  /** The reason with which the target ended the transfer. */
  String awaitAbort() {
    await().until(() -> poll() && heard.contains(FrameKind.ABORT));
    return abortReason;
  }

  boolean isControlConnected() {
    return control.isConnected();
  }

  private boolean poll() {
    answers.poll(
        (received, offset, length, header) -> {
          if (reader.wrap(received, offset, length)) {
            heard.add(reader.kind());
            abortReason =
                reader.kind() == FrameKind.ABORT
                    ? received.getStringWithoutLengthUtf8(reader.bodyOffset(), reader.bodyLength())
                    : abortReason;
          }
        },
        100);
    return true;
  }

  /** Writes a batch of one raw page full of this byte, and what a source would record of it. */
  int encodePage(int page, byte content, PageTable table) {
    writer.begin(buffer, 0);
    int body = writer.bodyOffset();
    PageRuns.put(buffer, body, 0, page, 1, true);
    int checked = PageRuns.contentIndex(1, 1);
    buffer.setMemory(body + checked, TransferFixture.PAGE, content);
    long hash = hasher.hash(writer.bytes(), body + checked);
    PageRuns.putHash(buffer, body, 1, 0, hash);
    if (page < table.pageCount()) {
      table.record(page, hash);
    }
    int bodyLength = PageRuns.bodyLength(1, 1);
    return writer.finish(FrameKind.PAGES, 1, sequence++, 0, 1, bodyLength, checked);
  }

  int encodeFinal(PageTable table) {
    writer.begin(buffer, 0);
    buffer.putLong(writer.bodyOffset(), table.digestHigh(), ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(writer.bodyOffset() + 8, table.digestLow(), ByteOrder.LITTLE_ENDIAN);
    return writer.finish(FrameKind.FINAL, 1, sequence++, 0, 0, 16);
  }

  void sendPages(int length) {
    offer(pages, length);
  }

  private void offer(ExclusivePublication publication, int length) {
    await().until(() -> publication.offer(buffer, 0, length) > 0);
  }

  @Override
  public void close() {
    CloseHelper.closeAll(aeron, driver);
  }
}
