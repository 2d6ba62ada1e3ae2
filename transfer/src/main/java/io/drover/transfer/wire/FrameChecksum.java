package io.drover.transfer.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of the start of a frame, its own field left out. */
final class FrameChecksum {
  private FrameChecksum() {}

  /** Moves the buffer's position and limit. */
  static int of(CRC32C crc, ByteBuffer bytes, int start, int length) {
    crc.reset();
    crc.update(bytes.limit(start + FrameLayout.CRC_OFFSET).position(start));
    crc.update(bytes.limit(start + length).position(start + FrameLayout.TOKEN_OFFSET));
    return (int) crc.getValue();
  }
}
