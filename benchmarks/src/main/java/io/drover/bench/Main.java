package io.drover.bench;

import io.drover.bench.scenario.Demo;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./drover demo} and {@code ./drover bench …}. */
@Command(
    name = "drover",
    subcommands = {Demo.class},
    description = "Measures and shows what Drover does.")
public final class Main {
  private Main() {}

  /** Exit code 0: everything that must hold did; 1: something did not; 2: wrong usage. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
