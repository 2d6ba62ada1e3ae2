package io.drover.bench.migration;

import io.drover.agent.guest.GuestConsole;
import io.drover.agent.qemu.qmp.QmpClient;
import io.drover.agent.qemu.qmp.QmpCommand;
import io.drover.agent.qemu.qmp.QmpEvent;
import io.drover.agent.qemu.qmp.QmpException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One QEMU process that no agent knows of. For one thread. */
final class NativeQemu implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration EVENT_LIMIT = Duration.ofSeconds(60);
  private static final long QUIT_GRACE_S = 1;

  private final QemuArguments arguments;
  private final Process process;
  private final Events events;
  private final QmpClient qmp;
  private final GuestConsole console = new GuestConsole();
  private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
  private long consolePosition;

  /** What it has said by itself so far. */
  private static final class Events {
    private final List<QmpEvent> seen = new ArrayList<>();

    synchronized void add(QmpEvent event) {
      seen.add(event);
      notifyAll();
    }

    synchronized Optional<QmpEvent> await(Predicate<QmpEvent> wanted, long deadlineNs)
        throws InterruptedException {
      while (true) {
        Optional<QmpEvent> found = seen.stream().filter(wanted).findFirst();
        long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
        if (found.isPresent() || leftMs <= 0) {
          return found;
        }
        wait(leftMs);
      }
    }
  }

  private NativeQemu(QemuArguments arguments, Process process, Events events, QmpClient qmp) {
    this.arguments = arguments;
    this.process = process;
    this.events = events;
    this.qmp = qmp;
  }

  /** Returns once it has all its memory and takes commands. */
  static NativeQemu start(Workspace workspace, QemuArguments arguments) throws QmpException {
    Events events = new Events();
    Path log = arguments.console().resolveSibling(arguments.console().getFileName() + ".log");
    try {
      Files.createDirectories(arguments.ram().getParent());
      Files.createDirectories(arguments.console().getParent());
      Process process =
          workspace.start(
              new ProcessBuilder(arguments.words())
                  .redirectInput(new File("/dev/null"))
                  .redirectErrorStream(true)
                  .redirectOutput(log.toFile()));
      try {
        QmpClient qmp =
            QmpClient.connect(arguments.qmp(), START_LIMIT, process::isAlive, events::add);
        qmp.execute(QmpCommand.enableCapabilities(Set.of("events", "return-path")));
        qmp.execute(QmpCommand.unlimitedMigrationBandwidth());
        return new NativeQemu(arguments, process, events, qmp);
      } catch (QmpException e) {
        process.destroyForcibly();
        throw new QmpException(e.getMessage() + ": " + Files.readString(log).strip(), e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(arguments.words().getFirst() + " could not be started", e);
    }
  }

  Path ram() {
    return arguments.ram();
  }

  <R> R execute(QmpCommand<R> command) throws QmpException {
    return qmp.execute(command);
  }

  /** Waits for an event, or finds it among those that came already. */
  QmpEvent await(String what, Predicate<QmpEvent> wanted) throws QmpException {
    try {
      return events
          .await(wanted, System.nanoTime() + EVENT_LIMIT.toNanos())
          .orElseThrow(() -> new QmpException("no " + what + " within " + EVENT_LIMIT));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QmpException("interrupted while waiting for " + what, e);
    }
  }

  /** What its guest said last; empty until it has said anything. */
  Optional<GuestReport> report() {
    try (FileChannel file = FileChannel.open(arguments.console())) {
      while (file.read(buffer, consolePosition) > 0) {
        consolePosition += buffer.position();
        console.append(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return GuestReport.of(console.report());
  }

  @Override
  public void close() {
    end();
  }

  /** Returns once the process is gone and its memory is free. */
  void end() {
    if (process.isAlive()) {
      var _ = qmp.send(QmpCommand.quit());
    }
    process.onExit().completeOnTimeout(process, QUIT_GRACE_S, TimeUnit.SECONDS).join();
    qmp.close();
    process.destroyForcibly().onExit().join();
    try {
      Files.deleteIfExists(arguments.ram());
      Files.deleteIfExists(arguments.qmp());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
