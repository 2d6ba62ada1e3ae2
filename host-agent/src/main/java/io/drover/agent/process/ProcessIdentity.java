package io.drover.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A process that cannot be mistaken for a later one with the same number.
 *
 * @param startTicks when it started, in clock ticks since the host booted
 */
public record ProcessIdentity(long pid, long startTicks) {
  private static final long POLL_NS = 5_000_000;
  private static final Path PROC = Path.of("/proc");
  private static final int STATE_FIELD = 0; // counted after the command name
  private static final int START_FIELD = 19;

  /** Of this process. */
  public static ProcessIdentity own() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("/proc does not show this process"));
  }

  /** Of a process that runs now. */
  public static Optional<ProcessIdentity> of(long pid) {
    OptionalLong startTicks = startTicks(pid);
    return startTicks.isPresent()
        ? Optional.of(new ProcessIdentity(pid, startTicks.getAsLong()))
        : Optional.empty();
  }

  /** Whether this very process still executes; a zombie does not. */
  public boolean isAlive() {
    OptionalLong now = startTicks(pid);
    return now.isPresent() && now.getAsLong() == startTicks;
  }

  /** Sends SIGKILL, unless the number belongs to another process by now. */
  public void kill() {
    if (isAlive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /**
   * Waits for its end.
   *
   * @return whether it is gone
   */
  public boolean awaitEnd(Duration timeout) {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    while (isAlive()) {
      if (System.nanoTime() - deadlineNs > 0) {
        return false;
      }
      LockSupport.parkNanos(POLL_NS);
    }
    return true;
  }

  /** Processes that have {@code text} on their command line. */
  public static List<ProcessIdentity> mentioning(String text) throws IOException {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("\\d+"))
          .filter(entry -> commandLine(entry).contains(text))
          .map(entry -> Long.parseLong(entry.getFileName().toString()))
          .filter(pid -> pid != ProcessHandle.current().pid())
          .map(ProcessIdentity::of)
          .flatMap(Optional::stream)
          .toList();
    }
  }

  private static String commandLine(Path entry) {
    try {
      return Files.readString(entry.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it ended while we looked
    }
  }

  private static OptionalLong startTicks(long pid) {
    try {
      String stat =
          Files.readString(
              PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
      // The command name stands in parentheses and may itself contain both of them.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      boolean executes = !fields[STATE_FIELD].equals("Z") && !fields[STATE_FIELD].equals("X");
      return executes ? OptionalLong.of(Long.parseLong(fields[START_FIELD])) : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty(); // no such process
    }
  }
}
