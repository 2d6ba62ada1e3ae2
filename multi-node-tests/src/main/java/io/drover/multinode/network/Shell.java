package io.drover.multinode.network;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs the system's own tools. */
public final class Shell {
  private Shell() {}

  /** What a command printed, with its exit code. */
  record Result(int status, String output) {}

  /** Runs it and returns what it printed; one that fails is a failure that shows that. */
  public static String run(String... command) {
    return run(List.of(command));
  }

  /** As above. */
  public static String run(List<String> command) {
    Result result = attempt(command);
    if (result.status() != 0) {
      throw new IllegalStateException(
          "%s ended with %d: %s"
              .formatted(String.join(" ", command), result.status(), result.output().strip()));
    }
    return result.output();
  }

  /** Runs it, whatever comes of it. */
  static Result attempt(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
    }
  }

  /** Whether a program is there to run. */
  public static boolean has(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Stream.of(path.split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Whether this process may do everything. */
  public static boolean isRoot() {
    return attempt(List.of("id", "-u")).output().strip().equals("0");
  }
}
