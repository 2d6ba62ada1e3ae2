package io.drover.agent.embedded;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The guest's linear memory over a {@link MemorySegment}, with the pages it writes marked.
 *
 * <p>Each store comes first and its mark second: a store that traps marks nothing, and since marks
 * are collected only between slices nobody can see one without the other. All of the guest's memory
 * is there from the start, so growing always fails. Addresses from 2 GiB up reach us as negative
 * numbers and are out of bounds.
 *
 * <p>Called by code that Chicory generates, on the guest's thread only; the read-modify-write
 * instructions are the interface's own, built on these. The bounds check is the segment's.
 */
@SuppressWarnings("removal") // some methods are on their way out of Chicory, but still abstract
final class LinearMemory implements Memory {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment memory;
  private final DirtyPages dirty;
  private final int sizeBytes;
  private final boolean fillFromImage;
  private DataSegment[] segments = {};

  /**
   * @param fillFromImage false for a guest whose memory comes from elsewhere: nothing may be in it
   *     but what is sent
   */
  LinearMemory(MemorySegment memory, DirtyPages dirty, boolean fillFromImage) {
    this.memory = memory;
    this.dirty = dirty;
    this.sizeBytes = Math.toIntExact(memory.byteSize());
    this.fillFromImage = fillFromImage;
  }

  @Override
  public byte read(int address) {
    try {
      return memory.get(JAVA_BYTE, address);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 1, sizeBytes);
    }
  }

  @Override
  public short readShort(int address) {
    try {
      return memory.get(I16, address);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 2, sizeBytes);
    }
  }

  @Override
  public long readU16(int address) {
    return Short.toUnsignedLong(readShort(address));
  }

  @Override
  public int readInt(int address) {
    try {
      return memory.get(I32, address);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 4, sizeBytes);
    }
  }

  @Override
  public long readLong(int address) {
    try {
      return memory.get(I64, address);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 8, sizeBytes);
    }
  }

  @Override
  public float readFloat(int address) {
    try {
      return memory.get(F32, address);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 4, sizeBytes);
    }
  }

  @Override
  public long readF32(int address) {
    return readInt(address);
  }

  @Override
  public double readDouble(int address) {
    try {
      return memory.get(F64, address);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 8, sizeBytes);
    }
  }

  @Override
  public long readF64(int address) {
    return readLong(address);
  }

  @Override
  public byte[] readBytes(int address, int length) {
    checkRange(address, length, sizeBytes);
    return memory.asSlice(address, length).toArray(JAVA_BYTE);
  }

  @Override
  public void writeByte(int address, byte value) {
    try {
      memory.set(JAVA_BYTE, address, value);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 1, sizeBytes);
    }
    dirty.mark(address, 1);
  }

  @Override
  public void writeShort(int address, short value) {
    try {
      memory.set(I16, address, value);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 2, sizeBytes);
    }
    dirty.mark(address, 2);
  }

  @Override
  public void writeI32(int address, int value) {
    try {
      memory.set(I32, address, value);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 4, sizeBytes);
    }
    dirty.mark(address, 4);
  }

  @Override
  public void writeLong(int address, long value) {
    try {
      memory.set(I64, address, value);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 8, sizeBytes);
    }
    dirty.mark(address, 8);
  }

  @Override
  public void writeF32(int address, float value) {
    try {
      memory.set(F32, address, value);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 4, sizeBytes);
    }
    dirty.mark(address, 4);
  }

  @Override
  public void writeF64(int address, double value) {
    try {
      memory.set(F64, address, value);
    } catch (IndexOutOfBoundsException _) {
      throw outOfBounds(address, 8, sizeBytes);
    }
    dirty.mark(address, 8);
  }

  @Override
  public void write(int address, byte[] bytes, int offset, int length) {
    checkRange(offset, length, bytes.length);
    checkRange(address, length, sizeBytes);
    MemorySegment.copy(bytes, offset, memory, JAVA_BYTE, address, length);
    dirty.markRange(address, length);
  }

  @Override
  public void fill(byte value, int start, int end) {
    checkRange(start, end - start, sizeBytes);
    memory.asSlice(start, end - start).fill(value);
    dirty.markRange(start, end - start);
  }

  @Override
  public void copy(int target, int source, int length) {
    checkRange(source, length, sizeBytes);
    checkRange(target, length, sizeBytes);
    MemorySegment.copy(memory, source, memory, target, length);
    dirty.markRange(target, length);
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments) {
    segments = dataSegments; // the instance's own array: data.drop changes it there
    if (!fillFromImage) {
      return;
    }
    for (DataSegment segment : segments) {
      if (segment instanceof ActiveDataSegment active) {
        long offset =
            ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
        write((int) offset, active.data());
      }
    }
  }

  @Override
  public void initPassiveSegment(int segment, int target, int offset, int length) {
    write(target, segments[segment].data(), offset, length);
  }

  @Override
  public void drop(int segment) {
    segments[segment] = PassiveDataSegment.EMPTY;
  }

  @Override
  public void zero() {} // new memory is zero already: not a page is touched

  @Override
  public int pages() {
    return sizeBytes / PAGE_SIZE;
  }

  @Override
  public int grow(int pages) {
    return pages == 0 ? pages() : -1;
  }

  @Override
  public int initialPages() {
    return pages();
  }

  @Override
  public int maximumPages() {
    return pages();
  }

  @Override
  public boolean shared() {
    return false;
  }

  @Override
  public Object lock(int address) {
    return this; // for the interface's atomic instructions; one thread runs a guest, so it is free
  }

  @Override
  public int waitOn(int address, int expected, long timeoutNs) {
    throw new TrapException("wait on memory that is not shared");
  }

  @Override
  public int waitOn(int address, long expected, long timeoutNs) {
    throw new TrapException("wait on memory that is not shared");
  }

  @Override
  public int notify(int address, int maxThreads) {
    return 0;
  }

  private static void checkRange(int start, int length, int limit) {
    if (start < 0 || length < 0 || start > limit - length) {
      throw outOfBounds(start, length, limit);
    }
  }

  private static WasmRuntimeException outOfBounds(int start, int length, int limit) {
    return new WasmRuntimeException(
        "out of bounds memory access: %d bytes at %d of %d"
            .formatted(Integer.toUnsignedLong(length), Integer.toUnsignedLong(start), limit));
  }
}
