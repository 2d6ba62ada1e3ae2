package io.drover.multinode.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One JVM of the fleet: can be started, killed, and started again with the same settings. Its
 * output is appended to one log file over all its lives.
 */
public final class JavaProcess {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final List<String> JVM_FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:MaxNewSize=64m", // all of it is touched soon, and it grows with the machine
          "-XX:MetaspaceSize=96m", // fewer than it loads at start means three full collections
          // there
          "-XX:TieredStopAtLevel=1", // a fleet on one small machine: starting fast beats peak speed
          "-Xshare:auto",
          "--sun-misc-unsafe-memory-access=allow",
          "--enable-native-access=ALL-UNNAMED",
          "--add-opens",
          "java.base/jdk.internal.misc=ALL-UNNAMED");

  private final String name;
  private final List<String> command;
  private final Path log;
  private @Nullable Process process;

  private JavaProcess(String name, List<String> command, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.log = log;
  }

  /**
   * Describes a process; {@link #start} makes it.
   *
   * @param fullSpeed lets the JIT compile fully, for processes whose speed is measured
   */
  public static JavaProcess of(
      String name,
      String mainClass,
      String heap,
      Map<String, String> properties,
      Path log,
      boolean fullSpeed) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    JVM_FLAGS.stream().filter(flag -> !fullSpeed || !flag.contains("Tiered")).forEach(command::add);
    command.add("-Xmx" + heap);
    new TreeMap<>(properties).forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    return new JavaProcess(name, command, log);
  }

  public String name() {
    return name;
  }

  public Path log() {
    return log;
  }

  public long pid() {
    return running().pid();
  }

  public boolean isAlive() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /** Starts it, or starts it again after {@link #kill} or {@link #stop}. */
  public void start() {
    if (isAlive()) {
      throw new IllegalStateException(name + " already runs with pid " + pid());
    }
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started", e);
    }
  }

  /** SIGKILL: nothing of it runs any more when this returns. */
  public void kill() {
    await(running().destroyForcibly());
  }

  /** SIGTERM, and SIGKILL when it does not end. */
  public void stop() {
    Process current = process;
    if (current == null) {
      return;
    }
    current.destroy();
    await(current);
  }

  /** The last lines it printed, for a failure's message. */
  public String logTail(int lines) {
    try (Stream<String> all = Files.lines(log)) {
      List<String> kept = all.toList();
      return String.join("\n", kept.subList(Math.max(0, kept.size() - lines), kept.size()));
    } catch (IOException e) {
      throw new UncheckedIOException("log of " + name, e);
    }
  }

  /** Writes a line into its log, so that what was done to it stands beside what it said. */
  public void note(String text) {
    try {
      Files.writeString(
          log, "---- " + text + " ----\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("log of " + name, e);
    }
  }

  private Process running() {
    Process current = process;
    if (current == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return current;
  }

  private void await(Process current) {
    try {
      if (!current.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        current.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      current.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
