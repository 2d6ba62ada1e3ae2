package io.drover.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command: options that every command has. */
@Command(
    name = "drover",
    description = "Keeps a fleet of virtual machines running while everything under them changes.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    version = "drover 0.1.0",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused by the server, or the work failed",
      "2:the command line is wrong",
      "3:no control node can be reached"
    })
final class DroverCommand {
  /** How answers are printed. */
  enum Output {
    table,
    wide,
    json
  }

  @Option(
      names = "--server",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:DROVER_SERVER:-http://127.0.0.1:7070}",
      description =
          "A control node; any one answers for the fleet (default: ${DEFAULT-VALUE}, or DROVER_SERVER).")
  String server = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      defaultValue = "table",
      description =
          "One of ${COMPLETION-CANDIDATES}: for people, with all columns, or for programs (default: table).")
  Output output = Output.table;
}
