package io.drover.agent.qemu;

import io.drover.agent.guest.HypervisorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A process that cannot be mistaken for a later one with the same number.
 *
 * @param startTicks when it started, in clock ticks since the host booted
 */
record ProcessIdentity(long pid, long startTicks) {
  private static final Path PROC = Path.of("/proc");
  private static final int STATE_FIELD = 0; // counted after the command name
  private static final int START_FIELD = 19;

  /** Of a process that runs now. */
  static Optional<ProcessIdentity> of(long pid) {
    OptionalLong startTicks = startTicks(pid);
    return startTicks.isPresent()
        ? Optional.of(new ProcessIdentity(pid, startTicks.getAsLong()))
        : Optional.empty();
  }

  /** Whether this very process still executes; a zombie does not. */
  boolean isAlive() {
    OptionalLong now = startTicks(pid);
    return now.isPresent() && now.getAsLong() == startTicks;
  }

  /** Sends SIGKILL, unless the number belongs to another process by now. */
  void kill() {
    if (isAlive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Processes that have {@code text} on their command line. */
  static Stream<ProcessIdentity> mentioning(String text) throws HypervisorException {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("\\d+"))
          .filter(entry -> commandLine(entry).contains(text))
          .map(entry -> Long.parseLong(entry.getFileName().toString()))
          .filter(pid -> pid != ProcessHandle.current().pid())
          .map(ProcessIdentity::of)
          .flatMap(Optional::stream)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED, "cannot list processes: " + e, e);
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
