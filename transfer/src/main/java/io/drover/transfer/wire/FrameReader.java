package io.drover.transfer.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a frame from a peer that may send anything. Nothing of a frame may be used before {@link
 * #wrap} has said that it is whole. One thread.
 */
public final class FrameReader {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final String SOUND = "";

  private final long token;
  private final BufferView view = new BufferView();
  private final CRC32C crc = new CRC32C();
  private DirectBuffer buffer = new UnsafeBuffer(0, 0);
  private int start;
  private String problem = SOUND;

  public FrameReader(long token) {
    this.token = token;
  }

  /**
   * Looks at one received frame.
   *
   * @return false when it is not what a peer of this transfer sends; {@link #problem} says why
   */
  public boolean wrap(DirectBuffer received, int offset, int length) {
    buffer = received;
    start = offset;
    problem = SOUND;
    if (length < FrameLayout.HEADER_LENGTH) {
      return refuse(
          "truncated frame: " + length + " bytes, a header has " + FrameLayout.HEADER_LENGTH);
    }
    int version = buffer.getByte(start + FrameLayout.VERSION_OFFSET) & 0xFF;
    if (version != FrameLayout.VERSION) {
      return refuse("frame of version " + version + ", this side speaks " + FrameLayout.VERSION);
    }
    if (bodyLength() != length - FrameLayout.HEADER_LENGTH) {
      return refuse(
          "frame says a body of %d bytes, %d came"
              .formatted(bodyLength(), length - FrameLayout.HEADER_LENGTH));
    }
    if (checkedLength() < 0 || checkedLength() > bodyLength()) {
      return refuse("frame says that %d bytes of its body are checked".formatted(checkedLength()));
    }
    view.wrap(received);
    int expected = buffer.getInt(start + FrameLayout.CRC_OFFSET, ORDER);
    int actual =
        FrameChecksum.of(
            crc, view.bytes(), view.offset(start), FrameLayout.HEADER_LENGTH + checkedLength());
    if (expected != actual) {
      return refuse("corrupt frame: CRC-32C %08x, announced %08x".formatted(actual, expected));
    }
    if (buffer.getLong(start + FrameLayout.TOKEN_OFFSET, ORDER) != token) {
      return refuse("frame of another transfer: its token is not the one of the ticket");
    }
    if (!FrameKind.isKnown(kind())) {
      return refuse("frame of unknown kind " + kind());
    }
    if (kind() != FrameKind.PAGES && checkedLength() != bodyLength()) {
      return refuse("frame of kind " + kind() + " that is checked in part");
    }
    if (lane() != 0) {
      return refuse("frame of lane " + lane() + ", there is only lane 0");
    }
    return true;
  }

  /** Why the last frame was refused; empty when it was not. */
  public String problem() {
    return problem;
  }

  private boolean refuse(String why) {
    problem = why;
    return false;
  }

  public int kind() {
    return buffer.getByte(start + FrameLayout.KIND_OFFSET) & 0xFF;
  }

  private int lane() {
    return buffer.getShort(start + FrameLayout.LANE_OFFSET, ORDER) & 0xFFFF;
  }

  public long sequence() {
    return buffer.getLong(start + FrameLayout.SEQUENCE_OFFSET, ORDER);
  }

  public int round() {
    return buffer.getInt(start + FrameLayout.ROUND_OFFSET, ORDER);
  }

  public int count() {
    return buffer.getInt(start + FrameLayout.COUNT_OFFSET, ORDER);
  }

  public int generation() {
    return buffer.getInt(start + FrameLayout.GENERATION_OFFSET, ORDER);
  }

  public int bodyLength() {
    return buffer.getInt(start + FrameLayout.LENGTH_OFFSET, ORDER);
  }

  int checkedLength() {
    return buffer.getInt(start + FrameLayout.CHECKED_OFFSET, ORDER);
  }

  public DirectBuffer buffer() {
    return buffer;
  }

  public int bodyOffset() {
    return start + FrameLayout.HEADER_LENGTH;
  }

  /** A value of the body. */
  public int intAt(int bodyIndex) {
    return buffer.getInt(bodyOffset() + bodyIndex, ORDER);
  }

  /** A value of the body. */
  public long longAt(int bodyIndex) {
    return buffer.getLong(bodyOffset() + bodyIndex, ORDER);
  }

  public MemorySegment segment() {
    return view.segment();
  }

  /** Where an index of the body is in {@link #segment}. */
  public int segmentOffset(int bodyIndex) {
    return view.offset(bodyOffset() + bodyIndex);
  }
}
