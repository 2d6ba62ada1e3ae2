package io.drover.agent.embedded;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.drover.agent.guest.HypervisorException;
import io.drover.config.units.ByteSize;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest's memory: zeroed, page-aligned, outside the Java heap.
 *
 * <p>On Linux it is a private anonymous mapping, because that costs only the pages a guest has
 * written: {@code Arena.allocate} would touch all of it to zero it and count it against {@code
 * MaxDirectMemorySize}; a mapped file would be written back to its disk, or be bounded by {@code
 * /dev/shm}, where running full kills the JVM.
 *
 * <p>The kernel is asked for huge pages: a target takes memory in at the pace it arrives, and 512
 * faults for every 2 MiB cost more than all else that is done to a page there (1.2 of 3 µs).
 *
 * <p>Physical pages go back when the guest is destroyed, the addresses only once nobody refers to
 * the segment any more: a transfer that still reads a destroyed guest sees zeros, not a fault.
 */
public final class GuestRam {
  private static final Logger LOG = LoggerFactory.getLogger(GuestRam.class);
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;
  private static final long ALIGNMENT = 4096;

  private final MemorySegment segment;
  private final boolean mapped;

  private GuestRam(MemorySegment segment, boolean mapped) {
    this.segment = segment;
    this.mapped = mapped;
  }

  public static GuestRam allocate(ByteSize size) throws HypervisorException {
    return isLinux()
        ? new GuestRam(map(size), true)
        : new GuestRam(Arena.ofAuto().allocate(size.bytes(), ALIGNMENT), false);
  }

  public MemorySegment segment() {
    return segment;
  }

  /** Gives the pages back to the system; what is read afterwards is zero. */
  public void release() {
    if (!mapped) {
      return; // the collector frees it with the segment
    }
    if (!advise(segment, MADV_DONTNEED)) {
      throw new IllegalStateException("madvise refused " + segment);
    }
  }

  private static boolean advise(MemorySegment segment, int advice) {
    try {
      return (int) Posix.MADVISE.invokeExact(segment, segment.byteSize(), advice) == 0;
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  @SuppressWarnings(
      "restricted") // gives the raw mapping its size; the kernel agreed to it just now
  private static MemorySegment map(ByteSize size) throws HypervisorException {
    MemorySegment raw;
    try {
      raw =
          (MemorySegment)
              Posix.MMAP.invokeExact(
                  MemorySegment.NULL,
                  size.bytes(),
                  PROT_READ_WRITE,
                  MAP_PRIVATE_ANONYMOUS_NORESERVE,
                  -1,
                  0L);
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
    if (raw.address() == MAP_FAILED) {
      throw new HypervisorException(
          HypervisorException.Kind.INSUFFICIENT_RESOURCES,
          "the system refused to map " + size + " of guest memory");
    }
    MemorySegment ram = raw.reinterpret(size.bytes(), Arena.ofAuto(), GuestRam::unmap);
    if (!advise(ram, MADV_HUGEPAGE)) {
      LOG.debug("no huge pages for {} of guest memory: this kernel has none", size);
    }
    return ram;
  }

  private static void unmap(MemorySegment segment) {
    try {
      int result = (int) Posix.MUNMAP.invokeExact(segment, segment.byteSize());
      if (result != 0) {
        throw new IllegalStateException("munmap refused " + segment);
      }
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  private static RuntimeException asUnchecked(Throwable failure) {
    return switch (failure) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(failure); // the native calls declare none
    };
  }

  private static boolean isLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
  }

  /** Looked up on first use, so that other systems never need them. */
  private static final class Posix {
    static final MethodHandle MMAP =
        function(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle MUNMAP =
        function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    static final MethodHandle MADVISE =
        function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private Posix() {}

    @SuppressWarnings("restricted") // signatures as in POSIX, 64-bit
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
  }
}
