package io.drover.bench.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import io.drover.agent.qemu.qmp.QmpException;
import io.drover.bench.report.Report;
import io.drover.multinode.fault.HeldAgent;
import io.drover.multinode.fault.HoldPoint;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A 512 MiB Linux guest under a fixed load: through a fleet and its HTTP API, and by QEMU itself
 * with the same command line, in turns. First the times, then, with guests of their own, the RAM of
 * both ends.
 */
final class LinuxHalf {
  private static final long GUEST_BYTES = 512L << 20;
  private static final Map<String, String> LOAD =
      Map.of("working_set_mib", "16", "dirty_pages_per_s", "500", "check_pages_per_s", "4000");

  /** A cold fleet needs more than one migration until its blackouts are what they stay. */
  private static final int WARM_UPS = 3;

  /** Makes QEMU go through more rounds than it would with its default. */
  private static final long SHORT_DOWNTIME_LIMIT_MS = 1;

  private final Report report;
  private final int runs;
  private final Workspace workspace;
  private final Path images;
  private final LinuxFigures figures = new LinuxFigures();

  /**
   * @param images a folder that holds the image {@code linux}
   */
  LinuxHalf(Report report, int runs, Workspace workspace, Path images) {
    this.report = report;
    this.runs = runs;
    this.workspace = workspace;
    this.images = images;
  }

  void measure() throws IOException {
    try {
      compare(time());
    } catch (QmpException e) {
      throw new IOException("native QEMU: " + e.getMessage(), e);
    } finally {
      figures.publish(report);
    }
  }

  private FleetPlan plan() {
    return Fleet.of("north")
        .controlNodes(1)
        .hosts(2)
        .fullSpeed()
        .agentProperty("drover.agent.capacity.memory", "2GiB")
        .agentProperty("drover.agent.images-dir", images.toString());
  }

  /**
   * Only one guest exists at any time, so that neither contender feels the other's.
   *
   * @return the machine that both were
   */
  private QemuArguments time() throws QmpException {
    try (Fleet fleet = workspace.start(plan(), "linux")) {
      fleet.awaitReady();
      DroverMigration ours = new DroverMigration(fleet, report, GUEST_BYTES, LOAD);
      SmallGuest.migrate(new FleetVms(fleet.anyClient(), report));
      for (int i = 0; i < WARM_UPS; i++) {
        ours.warmUp();
      }
      QemuArguments machine = ours.machine();
      NativeMigration natively = new NativeMigration(workspace, machine);
      var _ = natively.timed();
      report.details().put("linuxMachine", String.join(" ", machine.words()));
      for (int run = 1; run <= runs; run++) {
        Optional<DroverMigration.Timed> our = ours.timed();
        NativeMigration.Timed its = natively.timed();
        if (our.isPresent()) {
          count(run, our.get(), its);
        } else { // the report says why not
          ours.warmUp();
        }
      }
      return machine;
    }
  }

  private void count(int run, DroverMigration.Timed our, NativeMigration.Timed its) {
    figures.addTimes(our.guest(), its.guest(), its.commandMs());
    report.require(our.guest().isSound(), "run %d: the guest is not sound".formatted(run));
    ObjectNode node = report.details().withArray("linuxRuns").addObject();
    our.guest().describe(node.putObject("ours"));
    node.set("migration", our.migration());
    its.guest().describe(node.putObject("native").put("commandMs", its.commandMs()));
    say(
        "run %d: ours %.0f ms, blackout %s; native %.0f ms, blackout %s",
        run,
        our.guest().totalMs(),
        text(our.guest().guestBlackoutMs()),
        its.guest().totalMs(),
        text(its.guest().guestBlackoutMs()));
  }

  private void compare(QemuArguments machine) throws QmpException, IOException {
    NativeMigration natively = new NativeMigration(workspace, machine);
    HoldPoint hold = new HoldPoint(workspace.folder("hold"));
    FleetPlan plan =
        plan()
            .mains("io.drover.node.Main", HeldAgent.class.getName())
            .agentProperty(HoldPoint.PROPERTY, hold.file().toString());
    try (Fleet fleet = workspace.start(plan, "linux-compared")) {
      fleet.awaitReady();
      DroverMigration ours = new DroverMigration(fleet, report, GUEST_BYTES, LOAD);
      for (int run = 1; run <= runs; run++) {
        OptionalLong our = ours.differingPages(hold);
        our.ifPresent(
            pages -> report.require(pages == 0, pages + " RAM pages of a moved guest differ"));
        long its = natively.differingPages(NativeMigration.DEFAULT_DOWNTIME_LIMIT_MS);
        long shortLimit = natively.differingPages(SHORT_DOWNTIME_LIMIT_MS);
        figures.addDifferences(our, its, shortLimit);
        say(
            "run %d: of %d RAM pages differ: ours %s, native %d, with downtime-limit 1 ms %d",
            run,
            GUEST_BYTES / RamComparison.PAGE_BYTES,
            our.isPresent() ? our.getAsLong() : "not moved",
            its,
            shortLimit);
      }
    }
  }

  private static String text(OptionalDouble ms) {
    return ms.isPresent() ? String.format(Locale.ROOT, "%.0f ms", ms.getAsDouble()) : "unknown";
  }

  @FormatMethod
  private static void say(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, "  " + format + "%n", arguments);
  }
}
