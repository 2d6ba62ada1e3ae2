package io.drover.transfer.wire;

/**
 * The header of every frame, little endian.
 *
 * <pre>
 *   0 u8  version    0 = no frame
 *   1 u8  kind       {@link FrameKind}
 *   2 u16 lane       0, the only page lane
 *   4 u32 crc        CRC-32C of the header's other bytes and the first {@code checked} of the body
 *   8 u64 token      of the transfer
 *  16 u64 sequence   of the batch in its lane, from 1; 0 outside of page lanes
 *  24 u32 round
 *  28 u32 count      entries at the start of the body
 *  32 u32 length     of the body
 *  36 u32 generation which connection of the transfer; rises with each resume
 *  40 u32 checked    all of the body, but for pages, whose bytes are covered by hashes in it
 *  44 u32 0
 * </pre>
 */
public final class FrameLayout {
  public static final int VERSION = 1;
  public static final int HEADER_LENGTH = 48;

  static final int VERSION_OFFSET = 0;
  static final int KIND_OFFSET = 1;
  static final int LANE_OFFSET = 2;
  static final int CRC_OFFSET = 4;
  static final int TOKEN_OFFSET = 8;
  static final int SEQUENCE_OFFSET = 16;
  static final int ROUND_OFFSET = 24;
  static final int COUNT_OFFSET = 28;
  static final int LENGTH_OFFSET = 32;
  static final int GENERATION_OFFSET = 36;
  static final int CHECKED_OFFSET = 40;
  static final int RESERVED_OFFSET = 44;

  private FrameLayout() {}
}
