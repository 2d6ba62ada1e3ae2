package io.drover.transfer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Whole byte arrays through an opaque channel. */
final class OpaqueStreams {
  private OpaqueStreams() {}

  static void write(OpaqueChannel channel, byte[] bytes) {
    try {
      channel.write(ByteBuffer.wrap(bytes));
      channel.endOutput();
    } catch (TransferException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] readAll(OpaqueChannel channel) {
    try {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer part = ByteBuffer.allocate(10_000);
      while (channel.read(part.clear()) >= 0) {
        all.write(part.array(), 0, part.position());
      }
      return all.toByteArray();
    } catch (TransferException e) {
      throw new IllegalStateException(e);
    }
  }
}
