package io.drover.agent.qemu;

import io.drover.agent.guest.HypervisorException;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.qemu.qmp.QmpClient;
import io.drover.agent.qemu.qmp.QmpCommand;
import io.drover.agent.qemu.qmp.QmpEvent;
import io.drover.agent.qemu.qmp.QmpException;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Starts, finds and ends QEMU processes.
 *
 * @param qmp its control connection
 */
record QemuProcess(ProcessIdentity identity, QmpClient qmp) {
  private static final Duration QUIT_GRACE = Duration.ofMillis(500);
  private static final Duration KILL_GRACE = Duration.ofSeconds(5);

  /** Longer than QEMU takes for any command; only a client in our place keeps it silent. */
  private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Starts a process, with its record written before and after, and waits for its greeting: by then
   * it has all of its memory.
   *
   * @throws HypervisorException with what QEMU printed; nothing of the process is left then
   */
  static QemuProcess start(
      List<String> commandLine,
      RunFiles files,
      GuestRecord planned,
      Consumer<QmpEvent> events,
      Duration timeout)
      throws HypervisorException {
    ProcessIdentity identity;
    try {
      files.write(planned);
      Process process =
          new ProcessBuilder(commandLine)
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(files.log().toFile())
              .start();
      // setsid becomes QEMU without a fork, as our children never lead a process group.
      identity =
          ProcessIdentity.of(process.pid()).orElseThrow(() -> new IOException(files.logTail()));
    } catch (IOException e) {
      throw failed(files, "did not start: " + e.getMessage(), e);
    }
    try {
      files.write(planned.started(identity));
      QmpClient qmp = QmpClient.connect(files.qmp(), timeout, identity::isAlive, events);
      try {
        qmp.execute(QmpCommand.enableCapabilities(QmpCommand.DIRECT_MODE));
        qmp.execute(QmpCommand.unlimitedMigrationBandwidth());
        return new QemuProcess(identity, qmp);
      } catch (QmpException e) {
        qmp.close();
        throw e;
      }
    } catch (IOException | QmpException e) {
      identity.kill();
      identity.awaitEnd(KILL_GRACE);
      String said = files.logTail();
      throw failed(files, said.isEmpty() ? String.valueOf(e.getMessage()) : said, e);
    }
  }

  /** Connects to a process that an earlier agent started. */
  static QemuProcess adopt(ProcessIdentity identity, RunFiles files, Consumer<QmpEvent> events)
      throws QmpException {
    QmpClient qmp = QmpClient.connect(files.qmp(), GREETING_TIMEOUT, identity::isAlive, events);
    String name = qmp.execute(QmpCommand.queryName());
    if (!name.equals(files.run())) {
      qmp.close();
      throw new QmpException(files.qmp() + " belongs to \"" + name + "\"");
    }
    return new QemuProcess(identity, qmp);
  }

  /** Ends it, kindly first. Returns once it is gone. */
  void end() throws HypervisorException {
    if (identity.isAlive()) {
      // Its answer does not matter: what counts is whether the process ends.
      var _ = qmp.send(QmpCommand.quit());
      if (!identity.awaitEnd(QUIT_GRACE)) {
        kill(identity);
      }
    }
    qmp.close();
  }

  /** Kills it and returns once it is gone. */
  static void kill(ProcessIdentity identity) throws HypervisorException {
    identity.kill();
    if (!identity.awaitEnd(KILL_GRACE)) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED,
          "QEMU process %d is still there %s after SIGKILL".formatted(identity.pid(), KILL_GRACE));
    }
  }

  private static HypervisorException failed(RunFiles files, String reason, Exception cause) {
    return new HypervisorException(
        HypervisorException.Kind.FAILED, "QEMU of " + files.run() + ": " + reason, cause);
  }
}
