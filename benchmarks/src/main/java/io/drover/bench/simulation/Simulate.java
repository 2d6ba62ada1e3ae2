package io.drover.bench.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.bench.report.Metric;
import io.drover.bench.report.Positive;
import io.drover.bench.report.Report;
import io.drover.bench.report.ReportFile;
import io.drover.multinode.simulation.RunResult;
import io.drover.multinode.simulation.Simulation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./drover simulate}: whole fleets in one thread each, in virtual time, with faults. */
@Command(
    mixinStandardHelpOptions = true,
    name = "simulate",
    description = "Whole fleets in virtual time: a seed is a run.")
public final class Simulate implements Callable<Integer> {
  private static final double SECONDS_GOAL = 600;
  private static final int SEEDS_OF_GOAL = 2000;
  private static final int VIOLATIONS_SHOWN = 10;

  @Option(
      names = "--seeds",
      defaultValue = "200",
      description = "how many (default: 200)",
      converter = Positive.class)
  private int seeds;

  @Option(names = "--seed", description = "this one only")
  private @Nullable Long seed;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "runs at once (default: 2)",
      converter = Positive.class)
  private int threads;

  @Mixin private ReportFile json = new ReportFile();

  @Override
  public Integer call() throws IOException, InterruptedException {
    long first = seed == null ? 1 : seed;
    int count = seed == null ? seeds : 1;
    List<RunResult> results = new ArrayList<>();
    long startNs = System.nanoTime();
    Simulation.run(
        first,
        count,
        Math.min(threads, count),
        result -> {
          results.add(result);
          if (!result.violations().isEmpty()) {
            System.out.println(result.report());
          }
        });
    Report report = report(results, (System.nanoTime() - startNs) / 1e9);
    report.print(System.out);
    json.write(report);
    return report.isOk() ? 0 : 1;
  }

  private static Report report(List<RunResult> results, double seconds) {
    Report report = new Report("simulate");
    long broken = results.stream().filter(r -> !r.violations().isEmpty()).count();
    report.add(Metric.of("seeds", results.size(), ""));
    report.add(Metric.of("seeds with violations", (double) broken, "").atMost(0));
    report.add(
        Metric.of(
            "simulated time", sum(results, r -> r.simulated().toMillis()) / 3_600_000.0, "h"));
    report.add(Metric.of("operations asked for", sum(results, RunResult::asked), ""));
    report.add(Metric.of("operations acknowledged", sum(results, RunResult::acknowledged), ""));
    report.add(Metric.of("operations without an answer", sum(results, RunResult::unknown), ""));
    report.add(Metric.of("guests started", sum(results, RunResult::starts), ""));
    report.add(Metric.of("orders carried out", sum(results, RunResult::orders), ""));
    report.add(Metric.of("grants left unused", sum(results, RunResult::left), ""));
    report.add(Metric.of("vouches of witnesses", sum(results, RunResult::vouches), ""));
    report.add(Metric.of("hosts proven dead", sum(results, RunResult::fenced), ""));
    report.add(Metric.of("takeovers of areas", sum(results, RunResult::takeovers), ""));
    report.add(Metric.of("events journaled", sum(results, RunResult::events), ""));
    report.add(Metric.of("writes that came second", sum(results, RunResult::conflicts), ""));
    report.add(Metric.of("messages", sum(results, RunResult::messages), ""));
    Map<String, Integer> faults = new TreeMap<>();
    results.forEach(r -> r.faults().forEach((kind, n) -> faults.merge(kind, n, Integer::sum)));
    report.add(Metric.of("faults", faults.values().stream().mapToInt(Integer::intValue).sum(), ""));
    report.add(
        Metric.of("seeds per second", results.size() / seconds, "1/s")
            .atLeast(SEEDS_OF_GOAL / SECONDS_GOAL));
    report.add(Metric.of("wall time", seconds, "s"));
    ObjectNode kinds = report.details().putObject("faults");
    faults.forEach(kinds::put);
    results.stream()
        .filter(r -> !r.violations().isEmpty())
        .limit(VIOLATIONS_SHOWN)
        .forEach(r ->
            report.require(false, "seed %d: %s".formatted(r.seed(), r.violations().getFirst())));
    return report;
  }

  private static double sum(List<RunResult> results, ToLongFunction<RunResult> figure) {
    return (double) results.stream().mapToLong(figure).sum();
  }
}
