package io.drover.bench;

import io.drover.bench.control.ControlBenchmark;
import io.drover.bench.failover.FailoverBenchmark;
import io.drover.bench.migration.MigrationBenchmark;
import io.drover.bench.scenario.Chaos;
import io.drover.bench.scenario.Demo;
import io.drover.bench.simulation.Simulate;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./drover demo}, {@code chaos}, {@code simulate} and {@code bench …}. */
@Command(
    mixinStandardHelpOptions = true,
    name = "drover",
    subcommands = {Demo.class, Chaos.class, Simulate.class, Main.Bench.class},
    description = "Measures and shows what Drover does.")
public final class Main {
  private Main() {}

  /** Groups the measuring commands. */
  @Command(
      mixinStandardHelpOptions = true,
      name = "bench",
      subcommands = {ControlBenchmark.class, FailoverBenchmark.class, MigrationBenchmark.class},
      description = "Measures one part against something else in the same run.")
  static final class Bench {}

  /** Exit code 0: everything that must hold did; 1: something did not; 2: wrong usage. */
  public static void main(String[] args) {
    CommandLine commands = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(commands.execute(args));
  }
}
