package io.drover.transfer.lane;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Bytes of a stream by their position in it, as long as no more than its capacity are kept. */
final class ByteRing {
  private final UnsafeBuffer buffer;
  private final int capacity;

  ByteRing(int capacity) {
    this.capacity = capacity;
    this.buffer = new UnsafeBuffer(new byte[capacity]);
  }

  void put(long position, ByteBuffer bytes, int length) {
    int done = 0;
    while (done < length) {
      int index = index(position + done);
      int part = Math.min(length - done, capacity - index);
      buffer.putBytes(index, bytes, bytes.position() + done, part);
      done += part;
    }
    bytes.position(bytes.position() + length);
  }

  void put(long position, DirectBuffer bytes, int offset, int length) {
    int done = 0;
    while (done < length) {
      int index = index(position + done);
      int part = Math.min(length - done, capacity - index);
      buffer.putBytes(index, bytes, offset + done, part);
      done += part;
    }
  }

  void get(long position, ByteBuffer into, int length) {
    int done = 0;
    while (done < length) {
      int index = index(position + done);
      int part = Math.min(length - done, capacity - index);
      buffer.getBytes(index, into, into.position() + done, part);
      done += part;
    }
    into.position(into.position() + length);
  }

  void get(long position, MutableDirectBuffer into, int offset, int length) {
    int done = 0;
    while (done < length) {
      int index = index(position + done);
      int part = Math.min(length - done, capacity - index);
      buffer.getBytes(index, into, offset + done, part);
      done += part;
    }
  }

  private int index(long position) {
    return (int) (position % capacity);
  }
}
