package io.drover.agent.embedded;

import java.util.Arrays;

/**
 * Guest memory as a plain byte array, with the pages written. Each change says whether it was
 * within bounds.
 */
final class MemoryModel {
  private static final int SIZE = 4 * 65536;
  private static final int PAGE = 4096;

  final byte[] bytes;
  private long[] written = new long[SIZE / PAGE / Long.SIZE];

  MemoryModel(byte[] bytes) {
    this.bytes = bytes;
  }

  static int loadWidth(String name) {
    if (name.contains("8_")) {
      return 1;
    }
    if (name.contains("16_")) {
      return 2;
    }
    return name.contains("32") ? 4 : 8;
  }

  boolean holds(int address, long length) {
    return Integer.toUnsignedLong(address) + length <= SIZE;
  }

  long load(String name, int address, int width) {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << 8 | (bytes[address + i] & 0xff);
    }
    int unused = 64 - 8 * width;
    return name.endsWith("_s") ? value << unused >> unused : value;
  }

  boolean store(int address, long value, int width) {
    byte[] littleEndian = new byte[width];
    for (int i = 0; i < width; i++) {
      littleEndian[i] = (byte) (value >>> (8 * i));
    }
    return write(address, littleEndian, 0, width);
  }

  boolean write(int address, byte[] from, int offset, int length) {
    if (offset + length > from.length || !holds(address, length)) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      set(address + i, from[offset + i]);
    }
    return true;
  }

  boolean fill(int address, byte value, int length) {
    if (!holds(address, Integer.toUnsignedLong(length))) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      set(address + i, value);
    }
    return true;
  }

  boolean copy(int to, int from, int length) {
    long unsigned = Integer.toUnsignedLong(length);
    if (!holds(to, unsigned) || !holds(from, unsigned)) {
      return false;
    }
    byte[] moved = Arrays.copyOfRange(bytes, from, from + length);
    return write(to, moved, 0, length);
  }

  private void set(int address, byte value) {
    bytes[address] = value;
    written[address >> 18] |= 1L << (address >> 12 & 63);
  }

  long[] collect() {
    long[] collected = written;
    written = new long[collected.length];
    return collected;
  }
}
