package io.drover.transfer.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;

/** Writes a frame's header around a body. One thread. */
public final class FrameWriter {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private final long token;
  private final BufferView view = new BufferView();
  private final CRC32C crc = new CRC32C();
  private MutableDirectBuffer buffer;
  private int start;

  public FrameWriter(long token, MutableDirectBuffer initial) {
    this.token = token;
    this.buffer = initial;
  }

  /** Starts a frame here; its body is written next, from {@link #bodyOffset} on. */
  public void begin(MutableDirectBuffer into, int offset) {
    buffer = into;
    start = offset;
    view.wrap(into);
  }

  /** In the buffer given to {@link #begin}. */
  public int bodyOffset() {
    return start + FrameLayout.HEADER_LENGTH;
  }

  public MemorySegment segment() {
    return view.segment();
  }

  public ByteBuffer bytes() {
    return view.bytes();
  }

  /** Where an offset of the buffer is in {@link #segment} and {@link #bytes}. */
  public int viewOffset(int bufferOffset) {
    return view.offset(bufferOffset);
  }

  /**
   * Completes a frame whose checksum covers all of it.
   *
   * @return its whole length
   */
  public int finish(int kind, int generation, long sequence, int round, int count, int bodyLength) {
    return finish(kind, generation, sequence, round, count, bodyLength, bodyLength);
  }

  /**
   * Completes the frame.
   *
   * @param checked how much of the body the checksum covers
   * @return its whole length
   */
  public int finish(
      int kind, int generation, long sequence, int round, int count, int bodyLength, int checked) {
    buffer.putByte(start + FrameLayout.VERSION_OFFSET, (byte) FrameLayout.VERSION);
    buffer.putByte(start + FrameLayout.KIND_OFFSET, (byte) kind);
    buffer.putShort(start + FrameLayout.LANE_OFFSET, (short) 0, ORDER);
    buffer.putLong(start + FrameLayout.TOKEN_OFFSET, token, ORDER);
    buffer.putLong(start + FrameLayout.SEQUENCE_OFFSET, sequence, ORDER);
    buffer.putInt(start + FrameLayout.ROUND_OFFSET, round, ORDER);
    buffer.putInt(start + FrameLayout.COUNT_OFFSET, count, ORDER);
    buffer.putInt(start + FrameLayout.LENGTH_OFFSET, bodyLength, ORDER);
    buffer.putInt(start + FrameLayout.GENERATION_OFFSET, generation, ORDER);
    buffer.putInt(start + FrameLayout.CHECKED_OFFSET, checked, ORDER);
    buffer.putInt(start + FrameLayout.RESERVED_OFFSET, 0, ORDER);
    int checkedLength = FrameLayout.HEADER_LENGTH + checked;
    buffer.putInt(
        start + FrameLayout.CRC_OFFSET,
        FrameChecksum.of(crc, view.bytes(), view.offset(start), checkedLength),
        ORDER);
    return FrameLayout.HEADER_LENGTH + bodyLength;
  }
}
