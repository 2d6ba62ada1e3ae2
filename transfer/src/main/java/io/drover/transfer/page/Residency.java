package io.drover.transfer.page;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Which pages of a mapping the kernel has given memory to. Looking at a hole of a file in {@code
 * /dev/shm} through its mapping fills the hole, so that whoever wants to leave a sparse file sparse
 * has to ask first.
 *
 * <p>A page that is not resident is zero in fresh memory. Where the kernel cannot be asked (heap
 * memory, not Linux, other page sizes) every page counts as resident: slower, never wrong.
 */
public final class Residency {
  private static final int CHUNK_PAGES = 1 << 16;
  private static final Optional<MethodHandle> MINCORE = mincore();

  private Residency() {}

  public static PageBitmap of(PageMemory memory) {
    PageBitmap resident = new PageBitmap(memory.pageCount());
    if (MINCORE.isEmpty() || !ask(MINCORE.get(), memory, resident)) {
      resident.setAll();
    }
    return resident;
  }

  private static boolean ask(MethodHandle mincore, PageMemory memory, PageBitmap resident) {
    MemorySegment segment = memory.segment();
    if (!segment.isNative() || segment.address() % PageMemory.PAGE_SIZE != 0) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(CHUNK_PAGES);
      for (int start = 0; start < memory.pageCount(); start += CHUNK_PAGES) {
        int count = Math.min(CHUNK_PAGES, memory.pageCount() - start);
        MemorySegment range =
            segment.asSlice(PageMemory.offset(start), (long) count << PageMemory.PAGE_SHIFT);
        if ((int) mincore.invokeExact(range, range.byteSize(), answer) != 0) {
          return false;
        }
        for (int i = 0; i < count; i++) {
          if ((answer.get(ValueLayout.JAVA_BYTE, i) & 1) != 0) {
            resident.set(start + i);
          }
        }
      }
      return true;
    } catch (Throwable e) {
      throw new IllegalStateException("mincore(2) could not be called", e);
    }
  }

  @SuppressWarnings("restricted") // what mincore writes is bounded by the length given
  private static Optional<MethodHandle> mincore() {
    Linker linker = Linker.nativeLinker();
    boolean linux = System.getProperty("os.name", "").startsWith("Linux");
    if (!linux || pageSize(linker) != PageMemory.PAGE_SIZE) {
      return Optional.empty();
    }
    return linker
        .defaultLookup()
        .find("mincore")
        .map(address ->
            linker.downcallHandle(
                address,
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS)));
  }

  @SuppressWarnings("restricted")
  private static int pageSize(Linker linker) {
    try {
      return (int)
          linker
              .downcallHandle(
                  linker.defaultLookup().findOrThrow("getpagesize"),
                  FunctionDescriptor.of(ValueLayout.JAVA_INT))
              .invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("getpagesize(2) could not be called", e);
    }
  }
}
