package io.drover.agent.embedded;

import io.drover.transfer.OpaqueChannel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** What was written is what is read, three bytes at a time; then the end. For one thread. */
final class LoopbackChannel implements OpaqueChannel {
  private static final int PIECE = 3;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private int readAt;

  LoopbackChannel() {}

  LoopbackChannel(byte[] bytes) {
    written.writeBytes(bytes);
  }

  byte[] bytes() {
    return written.toByteArray();
  }

  @Override
  public void write(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    written.writeBytes(copy);
  }

  @Override
  public void endOutput() {}

  @Override
  public int read(ByteBuffer into) {
    byte[] all = bytes();
    int length = Math.min(PIECE, Math.min(into.remaining(), all.length - readAt));
    if (length == 0) {
      return -1;
    }
    into.put(all, readAt, length);
    readAt += length;
    return length;
  }
}
