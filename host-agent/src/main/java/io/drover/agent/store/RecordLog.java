package io.drover.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file of records that is only appended to. Its length is allocated beforehand, so that an append
 * changes data and no metadata: one {@code fdatasync} of one block, where replacing a file takes
 * two journal commits of the file system. An activation waits for it while the guest stands still.
 *
 * <pre>
 * magic 16 B │ length u32, CRC-32C u32 of length and payload, payload │ … │ zeros
 * </pre>
 *
 * Little-endian. Not threadsafe.
 */
final class RecordLog implements AutoCloseable {
  /** No record comes near it; behind an interrupted append there is nothing but zeros from here. */
  static final int RECORD_LIMIT = (1 << 16) - 1;

  static final int CAPACITY_MIN = 1 << 20;
  private static final byte[] MAGIC = "drover agent 01\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_LENGTH = 2 * Integer.BYTES;

  private final FileChannel channel;
  private final DurableFiles files;
  private final long capacity;
  private long position;

  private RecordLog(FileChannel channel, DurableFiles files, long position) throws IOException {
    this.channel = channel;
    this.files = files;
    this.capacity = channel.size();
    this.position = position;
  }

  /** What makes a log unusable, and where. */
  static final class DamagedLogException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedLogException(String message) {
      super(message);
    }
  }

  /** Replaces the file, in one step, by one that holds these records and room for as many again. */
  static RecordLog create(Path file, List<byte[]> records, DurableFiles files) throws IOException {
    long length = MAGIC.length;
    for (byte[] record : records) {
      length += HEADER_LENGTH + record.length;
    }
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(Math.max(CAPACITY_MIN, 2 * length)));
    all.order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
    records.forEach(record -> put(all, record));
    files.replace(file, all.array());
    return new RecordLog(FileChannel.open(file, StandardOpenOption.WRITE), files, all.position());
  }

  /**
   * Reads all records, oldest first. One whose append was interrupted was never promised to
   * anybody, and is left out.
   *
   * @throws DamagedLogException when it is not a log, or holds something else that is no record
   */
  static List<byte[]> read(Path file) throws IOException, DamagedLogException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (all.remaining() < MAGIC.length
        || !ByteBuffer.wrap(MAGIC).equals(all.slice(0, MAGIC.length))) {
      throw new DamagedLogException("it is no agent log of a version that this agent reads");
    }
    List<byte[]> records = new ArrayList<>();
    int at = MAGIC.length;
    byte[] record = recordAt(all, at);
    while (record.length > 0) {
      records.add(record);
      at += HEADER_LENGTH + record.length;
      record = recordAt(all, at);
    }
    requireZerosFrom(all, at);
    return records;
  }

  /** Empty when there is none. */
  private static byte[] recordAt(ByteBuffer all, int at) {
    if (all.capacity() - at < HEADER_LENGTH) {
      return new byte[0];
    }
    int length = all.getInt(at);
    if (length <= 0 || length > RECORD_LIMIT || length > all.capacity() - at - HEADER_LENGTH) {
      return new byte[0];
    }
    byte[] payload = new byte[length];
    all.get(at + HEADER_LENGTH, payload);
    return all.getInt(at + Integer.BYTES) == checksum(payload) ? payload : new byte[0];
  }

  private static void requireZerosFrom(ByteBuffer all, int end) throws DamagedLogException {
    for (int i = end + HEADER_LENGTH + RECORD_LIMIT; i < all.capacity(); i++) {
      if (all.get(i) != 0) {
        throw new DamagedLogException("damaged at byte %d: records follow there".formatted(end));
      }
    }
  }

  private static void put(ByteBuffer into, byte[] payload) {
    into.putInt(payload.length).putInt(checksum(payload)).put(payload);
  }

  private static int checksum(byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload.length);
    crc.update(payload.length >>> Byte.SIZE);
    crc.update(payload);
    return (int) crc.getValue();
  }

  /** Whether a record of this length can be appended. */
  boolean hasRoomFor(byte[] payload) {
    return capacity - position >= HEADER_LENGTH + payload.length;
  }

  /** Returns once the record is on disk. After a failure nothing may be appended any more. */
  void append(byte[] payload) throws IOException {
    if (payload.length == 0 || payload.length > RECORD_LIMIT) {
      throw new IOException(
          "a record of %d bytes; at most %d".formatted(payload.length, RECORD_LIMIT));
    }
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_LENGTH + payload.length);
    put(bytes.order(ByteOrder.LITTLE_ENDIAN), payload);
    files.append(channel, position, bytes.flip());
    position += HEADER_LENGTH + payload.length;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
