package io.drover.multinode.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names of what the harness makes in the system: {@code drover-<pid>-<fleet>-<what>}. What carries
 * the pid of a process that is dead is left over from a killed run.
 */
final class Owned {
  private static final Pattern NAME = Pattern.compile("drover-(\\d+)-\\d+-.*");
  private static final AtomicInteger FLEETS = new AtomicInteger();

  private final String prefix =
      "drover-%d-%d-".formatted(ProcessHandle.current().pid(), FLEETS.incrementAndGet());

  String name(String what) {
    return prefix + what;
  }

  /** Whether it was made by a harness that is dead. */
  static boolean isLeftOver(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        && ProcessHandle.of(Long.parseLong(matcher.group(1)))
            .filter(ProcessHandle::isAlive)
            .isEmpty();
  }

  /** The files of a folder; none when there is no such folder. */
  static Stream<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a kernel file. */
  static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty(); // what it was about has ended
    }
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " = " + text, e);
    }
  }
}
