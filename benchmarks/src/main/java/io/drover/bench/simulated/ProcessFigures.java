package io.drover.bench.simulated;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** CPU time and memory of other processes, from {@code /proc} (see proc(5)). */
public final class ProcessFigures {
  private static final double TICKS_PER_SECOND =
      100; // USER_HZ, the same on every Linux for Java's purposes
  private static final int UTIME = 11; // fields after the command name, counted from 0
  private static final int STIME = 12;

  private ProcessFigures() {}

  /** User and system time of all these processes so far. */
  public static double cpuSeconds(Collection<Long> pids) throws IOException {
    long ticks = 0;
    for (long pid : pids) {
      Path stat = Path.of("/proc", Long.toString(pid), "stat");
      if (Files.exists(stat)) { // PostgreSQL's workers come and go
        String text = Files.readString(stat);
        List<String> fields = List.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
        ticks += Long.parseLong(fields.get(UTIME)) + Long.parseLong(fields.get(STIME));
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Proportional set size of all these processes. */
  public static double pssMib(Collection<Long> pids) throws IOException {
    long kib = 0;
    for (long pid : pids) {
      Path rollup = Path.of("/proc", Long.toString(pid), "smaps_rollup");
      if (Files.exists(rollup)) {
        try (Stream<String> lines = Files.lines(rollup)) {
          kib +=
              lines
                  .filter(line -> line.startsWith("Pss:"))
                  .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                  .sum();
        }
      }
    }
    return kib / 1024.0;
  }
}
