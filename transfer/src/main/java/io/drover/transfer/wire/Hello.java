package io.drover.transfer.wire;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.agrona.MutableDirectBuffer;

/**
 * What a source says first, once per connection.
 *
 * @param pageCount of its memory; has to be the target's
 * @param outageBudget how long it tries to come back
 * @param opaqueReceived bytes of the opaque channel it has
 * @param answerStreamId where the target's frames are to go, at {@code endpoint}
 */
public record Hello(
    int pageCount,
    Duration outageBudget,
    long opaqueReceived,
    int answerStreamId,
    String endpoint,
    String transferId) {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int PAGE_COUNT_OFFSET = 0;
  private static final int STREAM_OFFSET = 4;
  private static final int BUDGET_OFFSET = 8;
  private static final int OPAQUE_OFFSET = 16;
  private static final int ENDPOINT_LENGTH_OFFSET = 24;
  private static final int ID_LENGTH_OFFSET = 26;
  private static final int TEXT_OFFSET = 28;
  private static final int TEXT_LIMIT = 256;
  // It becomes part of a channel URI: nothing but an address may be in it.
  private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z0-9.:\\[\\]-]+:[0-9]{1,5}");

  public Hello {
    if (endpoint.length() > TEXT_LIMIT || transferId.length() > TEXT_LIMIT) {
      throw new IllegalArgumentException(
          "endpoint and transfer id may have %d characters: %s, %s"
              .formatted(TEXT_LIMIT, endpoint, transferId));
    }
    if (!ENDPOINT.matcher(endpoint).matches()) {
      throw new IllegalArgumentException("\"" + endpoint + "\" is not host:port");
    }
  }

  /**
   * Writes the body.
   *
   * @return its length
   */
  public int encode(MutableDirectBuffer buffer, int offset) {
    byte[] where = endpoint.getBytes(StandardCharsets.UTF_8);
    byte[] who = transferId.getBytes(StandardCharsets.UTF_8);
    buffer.putInt(offset + PAGE_COUNT_OFFSET, pageCount, ORDER);
    buffer.putInt(offset + STREAM_OFFSET, answerStreamId, ORDER);
    buffer.putLong(offset + BUDGET_OFFSET, outageBudget.toNanos(), ORDER);
    buffer.putLong(offset + OPAQUE_OFFSET, opaqueReceived, ORDER);
    buffer.putShort(offset + ENDPOINT_LENGTH_OFFSET, (short) where.length, ORDER);
    buffer.putShort(offset + ID_LENGTH_OFFSET, (short) who.length, ORDER);
    buffer.putBytes(offset + TEXT_OFFSET, where);
    buffer.putBytes(offset + TEXT_OFFSET + where.length, who);
    return TEXT_OFFSET + where.length + who.length;
  }

  /**
   * Reads the body of a frame that is whole.
   *
   * @throws IllegalArgumentException when its lengths do not add up
   */
  public static Hello decode(FrameReader frame) {
    if (frame.bodyLength() < TEXT_OFFSET) {
      throw new IllegalArgumentException("HELLO of " + frame.bodyLength() + " bytes");
    }
    int lengths = frame.intAt(ENDPOINT_LENGTH_OFFSET);
    int where = lengths & 0xFFFF;
    int who = lengths >>> Short.SIZE;
    if (frame.bodyLength() != TEXT_OFFSET + where + who || frame.longAt(BUDGET_OFFSET) < 0) {
      throw new IllegalArgumentException(
          "HELLO of %d bytes with texts of %d and %d".formatted(frame.bodyLength(), where, who));
    }
    return new Hello(
        frame.intAt(PAGE_COUNT_OFFSET),
        Duration.ofNanos(frame.longAt(BUDGET_OFFSET)),
        frame.longAt(OPAQUE_OFFSET),
        frame.intAt(STREAM_OFFSET),
        text(frame, TEXT_OFFSET, where),
        text(frame, TEXT_OFFSET + where, who));
  }

  private static String text(FrameReader frame, int bodyIndex, int length) {
    byte[] bytes = new byte[length];
    frame.buffer().getBytes(frame.bodyOffset() + bodyIndex, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
