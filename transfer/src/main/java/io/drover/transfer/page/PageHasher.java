package io.drover.transfer.page;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The 64-bit hash of a page: its CRC-32C and its CRC-32 side by side. Their polynomials have no
 * common factor, so that together they are as good as one CRC of 64 bits; and with the CPU's
 * carry-less multiplication both together take half the time of XXH64. It finds accidents, not
 * forgeries: a guest that tries can only deceive itself about its own memory. One thread each.
 */
public final class PageHasher {
  private final CRC32C castagnoli = new CRC32C();
  private final CRC32 ethernet = new CRC32();

  /**
   * Moves the buffer's position and limit.
   *
   * @return never {@link PageTable#ZERO_PAGE}, which stands for a page of zeros
   */
  public long hash(ByteBuffer buffer, int offset) {
    int end = offset + PageMemory.PAGE_SIZE;
    castagnoli.reset();
    castagnoli.update(buffer.limit(end).position(offset));
    ethernet.reset();
    ethernet.update(buffer.position(offset));
    long hash = (castagnoli.getValue() << Integer.SIZE) | ethernet.getValue();
    return hash == PageTable.ZERO_PAGE ? 1 : hash;
  }
}
