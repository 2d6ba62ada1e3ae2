package io.drover.bench.scenario;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Positive;
import io.drover.bench.report.Report;
import io.drover.bench.report.ReportFile;
import io.drover.multinode.chaos.ChaosOutcome;
import io.drover.multinode.chaos.ChaosPlan;
import io.drover.multinode.chaos.ChaosRun;
import io.drover.multinode.check.FaultSpan;
import io.drover.multinode.nemesis.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code ./drover chaos}: a fleet of real processes under a seeded workload while everything under
 * it breaks, judged by checkers that do not ask the control plane. Exit code 0 only without any
 * violation.
 */
@Command(
    mixinStandardHelpOptions = true,
    name = "chaos",
    description = "Breaks a fleet under load for some minutes, and checks that nothing was lost.")
public final class Chaos implements Callable<Integer> {
  @Option(
      names = "--minutes",
      paramLabel = "M",
      converter = Minutes.class,
      description = "time with faults; default: ${DEFAULT-VALUE}")
  private double minutes = 10;

  @Option(names = "--seed", paramLabel = "S", description = "of faults and load; default: the time")
  private long seed = System.currentTimeMillis();

  @Mixin private ReportFile json = new ReportFile();

  @Option(
      names = "--areas",
      paramLabel = "N",
      description = "default: ${DEFAULT-VALUE}",
      converter = Positive.class)
  private int areas = 3;

  @Option(
      names = "--control-nodes",
      paramLabel = "N",
      description = "per area; default: ${DEFAULT-VALUE}",
      converter = Positive.class)
  private int controlNodes = 1;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      description = "per area; default: ${DEFAULT-VALUE}",
      converter = Positive.class)
  private int hosts = 2;

  @Option(
      names = "--host-loss",
      description = "hosts die for longer than their leases, too; their VMs restart elsewhere")
  private boolean hostLoss;

  @Option(
      names = "--faults",
      split = ",",
      paramLabel = "KIND",
      description = "only these: ${COMPLETION-CANDIDATES}")
  private Set<FaultKind> only = EnumSet.noneOf(FaultKind.class);

  private final Report report = new Report("chaos");

  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory("drover-chaos");
    System.out.println("seed " + seed + "; logs, effects and history are in " + directory);
    Duration length = Duration.ofMillis((long) (minutes * 60_000));
    ChaosPlan plan = new ChaosPlan(seed, length, areas, controlNodes, hosts, kinds());
    ChaosOutcome outcome = new ChaosRun(plan, directory, System.out::println).run();
    report(outcome);
    report.print(System.out);
    System.out.println(
        report.isOk()
            ? "nothing was lost, nothing ran twice"
            : "look into " + directory + "; the same faults again: ./drover chaos --seed " + seed);
    json.write(report);
    return report.isOk() ? 0 : 1;
  }

  private Set<FaultKind> kinds() {
    if (!only.isEmpty()) {
      return only;
    }
    return hostLoss ? EnumSet.allOf(FaultKind.class) : FaultKind.withoutHostLoss();
  }

  private void report(ChaosOutcome outcome) {
    ObjectNode details = report.details().put("seed", seed);
    outcome.faultsByKind().forEach(details.putObject("faults")::put);
    outcome.operationsByEnd().forEach(details.putObject("operations")::put);
    outcome.impossible().forEach(details.putArray("impossibleHere")::add);
    for (FaultSpan fault : outcome.faults()) {
      details
          .withArray("/schedule")
          .addObject()
          .put("kind", fault.kind())
          .put("target", fault.target())
          .put("lastedMs", (fault.healedNs() - fault.injectedNs()) / 1_000_000)
          .put("readyAfterMs", (fault.readyNs() - fault.healedNs()) / 1_000_000);
    }
    outcome.faultsByKind().forEach((kind, count) -> System.out.printf("  %4d %s%n", count, kind));
    outcome.operationsByEnd().forEach((end, n) -> System.out.printf("  %4d %s%n", n, end));
    report.add(Metric.of("faults", outcome.faults().size(), "faults"));
    report.add(Metric.of("operations", outcome.operations().size(), "ops"));
    report.add(Metric.of("changes_indeterminate", outcome.indeterminatePercent(), "%"));
    outcome
        .verdicts()
        .forEach(
            verdict -> verdict.figures().forEach((name, value) -> report.add(metric(name, value))));
    report.add(Metric.of("violations", outcome.violations().size(), "").atMost(0));
    outcome.violations().forEach(violation -> report.require(false, violation));
  }

  /** The unit is the last part of a figure's name where that is one. */
  private static Metric metric(String name, double value) {
    String unit = name.endsWith("_ms") ? "ms" : name.endsWith("_s") ? "s" : "";
    return Metric.of(name, value, unit);
  }

  /** More than none. */
  private static final class Minutes implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double minutes = Double.parseDouble(text);
      if (!(minutes > 0)) {
        throw new TypeConversionException("'%s' is not above 0".formatted(text));
      }
      return minutes;
    }
  }
}
