package io.drover.bench.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.agent.qemu.qmp.QmpCommand;
import io.drover.agent.qemu.qmp.QmpEvent;
import io.drover.agent.qemu.qmp.QmpException;
import io.drover.multinode.harness.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.awaitility.Awaitility;

/**
 * QEMU's own migration over {@code tcp:}, unlimited bandwidth, with its return path; nobody but
 * QEMU decides when the source stops, and the target runs by itself.
 */
final class NativeMigration {
  /** QEMU's default. */
  static final long DEFAULT_DOWNTIME_LIMIT_MS = 300;

  private static final Duration STATUS_LIMIT = Duration.ofSeconds(10);

  private final Workspace workspace;
  private final QemuArguments machine;
  private int guests;

  /**
   * @param machine of the guest to compare with
   */
  NativeMigration(Workspace workspace, QemuArguments machine) {
    this.workspace = workspace;
    this.machine = machine;
  }

  /**
   * A migration with its times.
   *
   * @param commandMs from the {@code migrate} command, the target waiting, until the target runs
   */
  record Timed(MovedGuest guest, double commandMs) {}

  /** Boots a guest, migrates it, and asks it what it noticed. */
  Timed timed() throws QmpException {
    try (NativeQemu source = boot()) {
      GuestReport before = GuestReport.awaitSettled(source::report);
      long startNs = System.nanoTime();
      try (NativeQemu target = NativeQemu.start(workspace, next().incoming(false))) {
        long commandNs = System.nanoTime();
        migrate(source, target, DEFAULT_DOWNTIME_LIMIT_MS);
        QmpEvent resumed = target.await("RESUME", event -> event.name().equals("RESUME"));
        double commandMs = millisSince(commandNs);
        long hypervisorMs = source.execute(QmpCommand.queryMigrate()).downtimeMs();
        QmpEvent stopped = source.await("STOP", event -> event.name().equals("STOP"));
        source.end();
        double totalMs = millisSince(startNs);
        double vcpuMs = Duration.between(stopped.at(), resumed.at()).toNanos() / 1e6;
        return new Timed(
            new MovedGuest(
                totalMs, vcpuMs, hypervisorMs, before, GuestReport.awaitNoticed(target::report)),
            commandMs);
      }
    }
  }

  /** Pages that differ when all is sent and the target has not run yet. */
  long differingPages(long downtimeLimitMs) throws QmpException, IOException {
    try (NativeQemu source = boot()) {
      GuestReport.awaitSettled(source::report);
      try (NativeQemu target = NativeQemu.start(workspace, next().incoming(true))) {
        migrate(source, target, downtimeLimitMs);
        target.await("end of migration", NativeMigration::isMigrationOver);
        awaitStatus(source, "postmigrate");
        awaitStatus(target, "paused");
        return RamComparison.differingPages(source.ram(), target.ram());
      }
    }
  }

  private NativeQemu boot() throws QmpException {
    NativeQemu source = NativeQemu.start(workspace, next());
    source.execute(QmpCommand.cont());
    return source;
  }

  private QemuArguments next() {
    Path memory = workspace.memoryFolder("native");
    return machine.withFiles("native-" + ++guests, memory, workspace.folder("native"));
  }

  /** Returns when the source has sent all, and was told that it arrived. */
  private static void migrate(NativeQemu source, NativeQemu target, long downtimeLimitMs)
      throws QmpException {
    String uri = "tcp:127.0.0.1:" + Ports.free();
    target.execute(QmpCommand.migrateIncoming(uri));
    source.execute(
        new QmpCommand<JsonNode>(
            "migrate-set-parameters",
            Map.of("downtime-limit", downtimeLimitMs),
            Function.identity()));
    source.execute(QmpCommand.migrate(uri));
    QmpEvent end = source.await("end of migration", NativeMigration::isMigrationOver);
    if (!end.detail("status").equals("completed")) {
      throw new QmpException("the native migration ended " + end.detail("status"));
    }
  }

  private static boolean isMigrationOver(QmpEvent event) {
    String status = event.detail("status");
    return event.name().equals("MIGRATION")
        && (status.equals("completed") || status.equals("failed") || status.equals("cancelled"));
  }

  /** QEMU takes this step right after it has said that the migration is over. */
  private static void awaitStatus(NativeQemu qemu, String wanted) {
    Awaitility.await("QEMU to be " + wanted)
        .atMost(STATUS_LIMIT)
        .pollDelay(Duration.ZERO)
        .until(() -> qemu.execute(QmpCommand.queryStatus()), wanted::equals);
  }

  private static double millisSince(long startNs) {
    return (System.nanoTime() - startNs) / 1e6;
  }
}
