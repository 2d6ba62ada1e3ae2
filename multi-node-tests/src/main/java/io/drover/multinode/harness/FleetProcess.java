package io.drover.multinode.harness;

import io.drover.multinode.network.Place;
import io.drover.multinode.network.Shell;
import io.drover.multinode.network.Shim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One process of a fleet: can be started, killed, frozen, and started again as it was. Its output
 * is appended to one log file over all its lives. Safe on any thread.
 */
public class FleetProcess {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final String name;
  private final Place place;
  private final Supplier<List<String>> command;
  private final Path log;
  private final Map<String, String> environment = new HashMap<>();
  private Optional<Shim> shim = Optional.empty();
  private boolean paused;
  private boolean wanted;
  private volatile @Nullable Process process;

  /** Of a process whose command line is asked for at each start. */
  FleetProcess(String name, Place place, Supplier<List<String>> command, Path log) {
    this.name = name;
    this.place = place;
    this.command = command;
    this.log = log;
  }

  /** From its next start on its clock and its disk can be disturbed. */
  void preload(Shim preloaded) {
    shim = Optional.of(preloaded);
    environment.putAll(preloaded.environment());
  }

  public final String name() {
    return name;
  }

  public final Place place() {
    return place;
  }

  public final Path log() {
    return log;
  }

  /** What disturbs its clock and its disk; empty when it was started without. */
  public final Optional<Shim> shim() {
    return shim;
  }

  public final long pid() {
    return running().pid();
  }

  public final boolean isAlive() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /** Whether it was started, and nobody has killed or stopped it since. */
  final synchronized boolean isWanted() {
    return wanted;
  }

  /** Whether it ended by itself: nobody killed or stopped it. */
  public final synchronized boolean hasGivenUp() {
    return wanted && !isAlive();
  }

  /** Starts it, or starts it again after {@link #kill} or {@link #stop}. */
  public final synchronized void start() {
    if (isAlive()) {
      throw new IllegalStateException(name + " already runs with pid " + pid());
    }
    paused = false;
    wanted = true;
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      ProcessBuilder builder =
          new ProcessBuilder(place.command(command.get()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started", e);
    }
  }

  /** SIGKILL: nothing of it runs any more when this returns. */
  public final synchronized void kill() {
    wanted = false;
    await(running().destroyForcibly());
  }

  /** SIGSTOP: it stands still until {@link #resume}. */
  public final synchronized void pause() {
    paused = true;
    signal("STOP");
  }

  /** SIGCONT. Nothing to one that was not paused or has ended. */
  public final synchronized void resume() {
    if (paused && isAlive()) {
      signal("CONT");
    }
    paused = false;
  }

  private void signal(String signal) {
    Shell.run("kill", "-" + signal, Long.toString(pid()));
  }

  /** SIGTERM, and SIGKILL when it does not end. */
  public final synchronized void stop() {
    wanted = false;
    Process current = process;
    if (current == null) {
      return;
    }
    resume();
    current.destroy();
    await(current);
  }

  /** The last lines it printed, for a failure's message. */
  public final String logTail(int lines) {
    try (Stream<String> all = Files.lines(log)) {
      List<String> kept = all.toList();
      return String.join("\n", kept.subList(Math.max(0, kept.size() - lines), kept.size()));
    } catch (IOException e) {
      throw new UncheckedIOException("log of " + name, e);
    }
  }

  /** Writes a line into its log, so that what was done to it stands beside what it said. */
  public final void note(String text) {
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
