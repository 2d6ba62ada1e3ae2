package io.drover.transfer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames as they are written, read, and mistreated. */
class FrameTest {
  private static final long TOKEN = 0x1234_5678_9ABC_DEF0L;
  private static final int AT = 64;

  private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 16));
  private final FrameWriter writer = new FrameWriter(TOKEN, buffer);
  private final FrameReader reader = new FrameReader(TOKEN);

  @Property
  void shouldReadWhatWasWritten(
      @ForAll @IntRange(min = 1, max = 11) int kind,
      @ForAll int generation,
      @ForAll long sequence,
      @ForAll int round,
      @ForAll @Size(max = 500) byte[] body) {
    int length = write(kind, generation, sequence, round, body);

    assertThat(reader.wrap(buffer, AT, length)).isTrue();
    assertThat(reader.kind()).isEqualTo(kind);
    assertThat(reader.generation()).isEqualTo(generation);
    assertThat(reader.sequence()).isEqualTo(sequence);
    assertThat(reader.round()).isEqualTo(round);
    byte[] read = new byte[reader.bodyLength()];
    reader.buffer().getBytes(reader.bodyOffset(), read);
    assertThat(read).isEqualTo(body);
  }

  @Property
  void shouldRefuseAFrameWithOneBitTurned(
      @ForAll @Size(max = 200) byte[] body, @ForAll @IntRange(min = 0) int bit) {
    int length = write(FrameKind.PAGES, 1, 7, 0, body);
    int turned = bit % (length * Byte.SIZE);
    int index = AT + turned / Byte.SIZE;
    buffer.putByte(index, (byte) (buffer.getByte(index) ^ 1 << turned % Byte.SIZE));

    assertThat(reader.wrap(buffer, AT, length)).isFalse();
    assertThat(reader.problem()).isNotEmpty();
  }

  @Property
  void shouldRefuseATruncatedFrame(
      @ForAll @Size(max = 200) byte[] body, @ForAll @IntRange(min = 1) int missing) {
    int length = write(FrameKind.PAGES, 1, 7, 0, body);

    assertThat(reader.wrap(buffer, AT, length - 1 - missing % length)).isFalse();
  }

  @Property
  void shouldRefuseNoise(@ForAll @Size(max = 300) byte[] noise) {
    buffer.putBytes(AT, noise);

    assertThat(reader.wrap(buffer, AT, noise.length)).isFalse();
  }

  @Property
  void shouldRefuseTheFrameOfAnotherTransfer(@ForAll long token) {
    int length = write(FrameKind.STATUS, 1, 0, 0, new byte[24]);
    FrameReader other = new FrameReader(token);

    assertThat(other.wrap(buffer, AT, length)).isEqualTo(token == TOKEN);
  }

  @Property
  void shouldNeverAcceptRunsOutsideOfMemory(
      @ForAll @IntRange(min = 0, max = 70) int count,
      @ForAll @IntRange(min = 1, max = 100) int pageCount,
      @ForAll @IntRange(min = 0) int checked,
      @ForAll @Size(max = 600) byte[] body) {
    writer.begin(buffer, AT);
    buffer.putBytes(writer.bodyOffset(), body);
    int covered = checked % (body.length + 1);
    int length = writer.finish(FrameKind.PAGES, 1, 1, 0, count, body.length, covered);
    assertThat(reader.wrap(buffer, AT, length)).isTrue();

    if (PageRuns.problem(reader, pageCount).isEmpty()) {
      long raw = 0;
      for (int i = 0; i < count; i++) {
        int page = PageRuns.page(reader, i);
        assertThat(page).isBetween(0, pageCount - 1);
        assertThat((long) page + PageRuns.pages(reader, i)).isLessThanOrEqualTo(pageCount);
        raw += PageRuns.isRaw(reader, i) ? PageRuns.pages(reader, i) : 0;
      }
      assertThat(count * 8L + raw * (8 + 4_096)).isEqualTo(body.length);
    }
  }

  @Property
  void shouldReadTheHelloThatWasWritten(
      @ForAll int pages,
      @ForAll @LongRange(min = 0) long budgetNs,
      @ForAll long received,
      @ForAll int stream,
      @ForAll @IntRange(min = 0, max = 65_535) int port) {
    Hello hello =
        new Hello(
            pages, Duration.ofNanos(budgetNs), received, stream, "127.0.0.1:" + port, "mig-é1");
    writer.begin(buffer, AT);
    int bodyLength = hello.encode(buffer, writer.bodyOffset());
    int length = writer.finish(FrameKind.HELLO, 1, 0, 0, 0, bodyLength);

    assertThat(reader.wrap(buffer, AT, length)).isTrue();
    assertThat(Hello.decode(reader)).isEqualTo(hello);
  }

  private int write(int kind, int generation, long sequence, int round, byte[] body) {
    writer.begin(buffer, AT);
    buffer.putBytes(writer.bodyOffset(), body);
    return writer.finish(kind, generation, sequence, round, 0, body.length);
  }
}
