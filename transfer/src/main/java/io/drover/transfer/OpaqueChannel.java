package io.drover.transfer;

import java.nio.ByteBuffer;

/**
 * A reliable, ordered, duplex byte stream beside the pages: QEMU's device state with its return
 * path. One reader and one writer thread at a time.
 */
public interface OpaqueChannel {
  /** Writes all remaining bytes; blocks under back-pressure. */
  void write(ByteBuffer bytes) throws TransferException;

  /** Says that nothing more will be written in this direction. */
  void endOutput() throws TransferException;

  /**
   * Blocks until at least one byte is there.
   *
   * @return bytes put into {@code into}, or -1 after the peer's {@link #endOutput}
   */
  int read(ByteBuffer into) throws TransferException;
}
