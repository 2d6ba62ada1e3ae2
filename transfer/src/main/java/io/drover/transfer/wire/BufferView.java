package io.drover.transfer.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Shows an Aeron buffer as {@link ByteBuffer} and {@link MemorySegment}, which checksums and copies
 * need. The views of the last few underlying buffers are kept, as a stream rotates among three of
 * them and a view per frame would be garbage. One thread.
 */
@SuppressWarnings("ReferenceEquality") // it is about which buffer it is, not about what it holds
public final class BufferView {
  private static final int KEPT = 8;

  private final @Nullable Object[] owners = new @Nullable Object[KEPT];
  private final ByteBuffer[] views = new ByteBuffer[KEPT];
  private final MemorySegment[] segments = new MemorySegment[KEPT];
  private int current;
  private int oldest;
  private int shift;

  /** Shows this buffer from now on. */
  public void wrap(DirectBuffer buffer) {
    ByteBuffer bytes = buffer.byteBuffer();
    Object owner = bytes != null ? bytes : buffer.byteArray();
    shift = buffer.wrapAdjustment();
    if (owners[current] != owner) {
      current = find(owner, bytes, buffer);
    }
  }

  private int find(Object owner, @Nullable ByteBuffer bytes, DirectBuffer buffer) {
    for (int i = 0; i < KEPT; i++) {
      if (owners[i] == owner) {
        return i;
      }
    }
    int slot = oldest;
    oldest = (oldest + 1) % KEPT;
    ByteBuffer whole =
        bytes != null
            ? bytes.duplicate().clear()
            : ByteBuffer.wrap(Objects.requireNonNull(buffer.byteArray()));
    owners[slot] = owner;
    views[slot] = whole;
    segments[slot] = MemorySegment.ofBuffer(whole.duplicate());
    return slot;
  }

  /** Its position and limit may be moved, and are where the last user left them. */
  public ByteBuffer bytes() {
    return views[current];
  }

  public MemorySegment segment() {
    return segments[current];
  }

  /** Where an offset of the wrapped buffer is in {@link #bytes} and {@link #segment}. */
  public int offset(int bufferOffset) {
    return bufferOffset + shift;
  }
}
