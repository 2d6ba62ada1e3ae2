package io.drover.agent.guard;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Nanoseconds since this machine booted, those in which it was suspended included: {@code
 * CLOCK_BOOTTIME}, which is what {@code /proc/uptime} shows. {@link System#nanoTime} stands still
 * while the machine is suspended; a lease does not.
 */
public final class BootClock {
  private static final int CLOCK_BOOTTIME = 7;
  private static final long NS_PER_S = 1_000_000_000;
  private static final MethodHandle CLOCK_GETTIME = clockGettime();

  private BootClock() {}

  /** Cheap: the kernel answers without a system call. Safe on any thread. */
  public static long nowNs() {
    long[] timespec = new long[2];
    int failed;
    try {
      failed = (int) CLOCK_GETTIME.invokeExact(CLOCK_BOOTTIME, MemorySegment.ofArray(timespec));
    } catch (Throwable e) {
      throw new IllegalStateException("clock_gettime(2) could not be called", e);
    }
    if (failed != 0) {
      throw new IllegalStateException("this kernel has no CLOCK_BOOTTIME");
    }
    return timespec[0] * NS_PER_S + timespec[1];
  }

  @SuppressWarnings("restricted") // it writes one timespec, which is two longs here
  private static MethodHandle clockGettime() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("clock_gettime"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
        Linker.Option.critical(true));
  }
}
