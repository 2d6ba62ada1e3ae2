package io.drover.bench.failover;

import io.drover.bench.report.Positive;
import io.drover.bench.report.Report;
import io.drover.bench.report.ReportFile;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code ./drover bench failover}: what dies is killed with SIGKILL, what is timed is what the API
 * answers and what guests do.
 */
@Command(
    mixinStandardHelpOptions = true,
    name = "failover",
    description = "Kills control nodes, areas and hosts, and times until others do their work.")
public final class FailoverBenchmark implements Callable<Integer> {
  /** What can be measured by itself. */
  enum Part {
    CONTROL_NODE,
    AREA,
    HOST,
    HEADLESS,
    /** Simulated hosts. */
    BURST,
    /** Many simulated hosts: takes half an hour, and is only measured when asked for by name. */
    FLEET
  }

  private static final Set<Part> ON_SMALL_FLEET = EnumSet.range(Part.CONTROL_NODE, Part.HEADLESS);

  @Mixin private ReportFile json = new ReportFile();

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "of each part that is repeated; default: ${DEFAULT-VALUE}",
      converter = Positive.class)
  private int runs = 10;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "only these: ${COMPLETION-CANDIDATES}")
  private Set<Part> only = EnumSet.noneOf(Part.class);

  @Option(
      names = "--hosts",
      paramLabel = "N",
      description = "simulated, of --only fleet; default: ${DEFAULT-VALUE}",
      converter = Positive.class)
  private int hosts = 10_000;

  @Option(
      names = "--vms",
      paramLabel = "N",
      description = "on them, of --only fleet; default: ${DEFAULT-VALUE}",
      converter = Positive.class)
  private int vms = 100_000;

  private final Report report = new Report("bench failover");

  @Override
  public Integer call() throws IOException, InterruptedException {
    Set<Part> parts =
        only.isEmpty() ? EnumSet.complementOf(EnumSet.of(Part.FLEET)) : EnumSet.copyOf(only);
    try {
      if (parts.stream().anyMatch(ON_SMALL_FLEET::contains)) {
        onSmallFleet(parts);
      }
      if (parts.contains(Part.BURST)) {
        new Burst().measure(runs, report);
      }
      if (parts.contains(Part.FLEET)) {
        new FleetTakeover(hosts, vms).measure(report);
      }
    } finally { // what was measured before a failure, too
      report.print(System.out);
      json.write(report);
    }
    return report.isOk() ? 0 : 1;
  }

  private void onSmallFleet(Set<Part> parts) throws IOException {
    try (SmallFleet fleet = SmallFleet.start()) {
      if (parts.contains(Part.HOST)) {
        new HostLoss(fleet).measure(runs, report);
      }
      if (parts.contains(Part.CONTROL_NODE)) {
        new ControlNodeLoss(fleet).measure(runs, report);
      }
      if (parts.contains(Part.AREA)) {
        new AreaLoss(fleet).measure(runs, report);
      }
      if (parts.contains(Part.HEADLESS)) {
        new Headless(fleet).measure(report);
      }
      fleet.violations().forEach(violation -> report.require(false, violation));
    }
  }
}
