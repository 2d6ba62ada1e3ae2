package io.drover.agent.embedded;

import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * All of a guest that is not RAM, as it goes from source to target.
 *
 * <pre>
 * length i32 │ magic i32 │ version i16 │ image sha-256 32 B │ memory bytes i64
 * │ guest clock ns i64 │ wall clock µs i64 │ n i32, n × (low i64, high i64) globals
 * │ n i32, n × (length i32, frame) │ length i32, console │ CRC32C i32
 * </pre>
 *
 * Big-endian. {@code length} counts what follows it; the checksum covers all between the two.
 *
 * @param globals the mutable ones in order, two words each
 * @param console as {@link io.drover.agent.guest.GuestConsole#save} returned it
 */
record SavedState(
    String imageSha256,
    long memoryBytes,
    GuestClock.Reading clock,
    long[] globals,
    List<byte[]> frames,
    byte[] console) {
  /** The only version there is. Read with: the same. 0 is never valid. */
  private static final short VERSION = 1;

  private static final int MAGIC = 0x44525647; // "DRVG"
  private static final int SHA_BYTES = 32;
  private static final int FIXED_BYTES = 4 + 2 + SHA_BYTES + 3 * Long.BYTES + 3 * 4 + 4;

  /** Frames, console and a generous number of globals fit; a stray stream does not. */
  private static final int LENGTH_LIMIT = 16 << 20;

  ByteBuffer encode() {
    int frameBytes = frames.stream().mapToInt(frame -> Integer.BYTES + frame.length).sum();
    int length = FIXED_BYTES + globals.length * Long.BYTES + frameBytes + console.length;
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + length);
    out.putInt(length).putInt(MAGIC).putShort(VERSION);
    out.put(HexFormat.of().parseHex(imageSha256)).putLong(memoryBytes);
    out.putLong(clock.guestNs()).putLong(clock.wallMicros());
    out.putInt(globals.length / 2);
    for (long word : globals) {
      out.putLong(word);
    }
    out.putInt(frames.size());
    for (byte[] frame : frames) {
      out.putInt(frame.length).put(frame);
    }
    out.putInt(console.length).put(console);
    out.putInt(checksum(out.slice(Integer.BYTES, out.position() - Integer.BYTES)));
    return out.flip();
  }

  /**
   * Reads exactly one state.
   *
   * @throws HypervisorException when it is truncated, corrupt, or of another version
   */
  static SavedState read(OpaqueChannel channel) throws HypervisorException, TransferException {
    int length = readFully(channel, Integer.BYTES).getInt();
    if (length < FIXED_BYTES || length > LENGTH_LIMIT) {
      throw corrupt("a length of " + length + " bytes");
    }
    ByteBuffer in = readFully(channel, length);
    int sum = checksum(in.slice(0, length - Integer.BYTES));
    int magic = in.getInt();
    if (magic != MAGIC) {
      throw corrupt("it starts with 0x%08x, not 0x%08x".formatted(magic, MAGIC));
    }
    short version = in.getShort();
    if (version != VERSION) {
      throw corrupt("it has version " + version + "; this agent reads version " + VERSION);
    }
    if (in.getInt(length - Integer.BYTES) != sum) {
      throw corrupt("its checksum does not match");
    }
    return decodeBody(in);
  }

  private static SavedState decodeBody(ByteBuffer in) throws HypervisorException {
    String sha256 = HexFormat.of().formatHex(bytes(in, SHA_BYTES));
    long memoryBytes = in.getLong();
    var clock = new GuestClock.Reading(in.getLong(), in.getLong());
    long[] globals = new long[2 * count(in, 2 * Long.BYTES)];
    for (int i = 0; i < globals.length; i++) {
      globals[i] = in.getLong();
    }
    int frameCount = count(in, Integer.BYTES);
    List<byte[]> frames = new ArrayList<>(frameCount);
    for (int i = 0; i < frameCount; i++) {
      frames.add(bytes(in, count(in, 1)));
    }
    byte[] console = bytes(in, count(in, 1));
    if (console.length < Long.BYTES || console[0] < 0) {
      throw corrupt("a console of " + console.length + " bytes without its offset");
    }
    return new SavedState(sha256, memoryBytes, clock, globals, frames, console);
  }

  /** A count of things of at least {@code itemBytes} each, which must fit in what is left. */
  private static int count(ByteBuffer in, int itemBytes) throws HypervisorException {
    int left = in.remaining() - Integer.BYTES;
    int count = left < 0 ? -1 : in.getInt();
    if (count < 0 || (long) count * itemBytes > left) {
      throw corrupt("a count of " + count + " items with " + left + " bytes left");
    }
    return count;
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static ByteBuffer readFully(OpaqueChannel channel, int length)
      throws HypervisorException, TransferException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw corrupt("it ends after " + into.position() + " of " + length + " bytes");
      }
    }
    return into.flip();
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static HypervisorException corrupt(String what) {
    return new HypervisorException(Kind.FAILED, "the guest's saved state is unusable: " + what);
  }
}
