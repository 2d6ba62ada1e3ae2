package io.drover.agent.guest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a guest printed: the last {@link #CAPACITY} bytes, addressed by offset since boot, and the
 * guest's own report, taken from lines of the form {@code @drover key=value key=value}. Moves with
 * the guest. Safe on any thread.
 */
public final class GuestConsole {
  /** Enough for the boot messages of a small Linux guest; older text is dropped. */
  public static final int CAPACITY = 64 * 1024;

  private static final String REPORT_PREFIX = "@drover ";
  private static final int LINE_LIMIT = 4096;

  /**
   * A guest is not trusted: all of its report is in the agent's heap and in each of its messages.
   */
  static final int REPORT_KEYS_LIMIT = 64;

  static final int REPORT_TEXT_LIMIT = 256;

  private final byte[] ring = new byte[CAPACITY];
  private final StringBuilder line = new StringBuilder();
  private long endOffset;
  private final Map<String, String> report = new TreeMap<>();

  public synchronized void append(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      ring[(int) (endOffset++ % CAPACITY)] = bytes[i];
      scan((char) (bytes[i] & 0xff));
    }
    notifyAll();
  }

  private void scan(char character) {
    if (character == '\n') {
      int at = line.indexOf(REPORT_PREFIX);
      if (at >= 0) {
        note(line.substring(at + REPORT_PREFIX.length()));
      }
      line.setLength(0);
    } else if (character != '\r' && line.length() < LINE_LIMIT) {
      line.append(character);
    }
  }

  /** Kept cheap: all of a moved guest's console passes through here within the blackout. */
  private void note(String pairs) {
    for (String pair : pairs.split(" ")) {
      int equals = pair.indexOf('=');
      if (equals > 0 && equals <= REPORT_TEXT_LIMIT) {
        String key = pair.substring(0, equals);
        if (report.size() < REPORT_KEYS_LIMIT || report.containsKey(key)) {
          String value = pair.substring(equals + 1);
          report.put(key, value.substring(0, Math.min(value.length(), REPORT_TEXT_LIMIT)));
        }
      }
    }
  }

  /**
   * The guest's last word about itself; keys and values as it printed them, long values cut. Keys
   * beyond the limit are ignored.
   */
  public synchronized Map<String, String> report() {
    return Map.copyOf(report);
  }

  public synchronized long endOffset() {
    return endOffset;
  }

  /**
   * Text from {@code fromOffset}, or from the oldest kept byte when that is later.
   *
   * @param maxBytes unsigned, as it comes in an order; no more than {@link #CAPACITY} are read
   */
  public synchronized Text read(long fromOffset, int maxBytes) {
    long start = Math.clamp(fromOffset, Math.max(0, endOffset - CAPACITY), endOffset);
    long wanted = Integer.toUnsignedLong(maxBytes);
    byte[] text = new byte[(int) Math.min(wanted, endOffset - start)];
    for (int i = 0; i < text.length; i++) {
      text[i] = ring[(int) ((start + i) % CAPACITY)];
    }
    return new Text(start, text);
  }

  /** Everything a target needs to go on where the source stopped. */
  public synchronized byte[] save() {
    Text all = read(0, CAPACITY);
    return ByteBuffer.allocate(Long.BYTES + all.bytes.length)
        .putLong(all.startOffset)
        .put(all.bytes)
        .array();
  }

  /** Replaces what is here by what {@link #save} returned. */
  public synchronized void load(byte[] saved) {
    endOffset = ByteBuffer.wrap(saved).getLong();
    line.setLength(0);
    append(saved, Long.BYTES, saved.length - Long.BYTES);
  }

  /**
   * A piece of the console.
   *
   * @param startOffset of the first byte; later than asked when older text was dropped
   */
  public record Text(long startOffset, byte[] bytes) {
    @Override
    public String toString() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
