package io.drover.cli.command;

import io.drover.cli.client.RefusedException;
import io.drover.cli.client.UnreachableException;
import io.drover.cli.output.ProblemText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands, and how each failure becomes an exit code. */
public final class CommandTree {
  private CommandTree() {}

  /**
   * Runs one command line.
   *
   * @return 0 done, 1 refused, 2 wrong usage, 3 unreachable
   */
  public static int run(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  /** All commands with their options and help. */
  public static CommandLine commandLine(Terminal terminal) {
    DroverCommand options = new DroverCommand();
    Session session = new Session(terminal, options);
    CommandLine line = new CommandLine(options);
    line.addSubcommand(new VmCommands(session));
    line.addSubcommand(new HostCommands(session));
    line.addSubcommand(new MigrationCommands(session));
    line.addSubcommand(new ImageCommands(session));
    line.addSubcommand(new AreaCommands(session));
    line.addSubcommand(new OperationCommands(session));
    line.addSubcommand(new EventsCommand(session));
    line.addSubcommand(new CompletionCommand(session, line));
    line.registerConverter(Quantities.Size.class, Quantities::size);
    line.registerConverter(Quantities.Rate.class, Quantities::rate);
    line.registerConverter(Quantities.Cpu.class, Quantities::cpu);
    line.registerConverter(Quantities.Time.class, Quantities::time);
    line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler((e, _, _) -> failed(terminal, e));
    return line;
  }

  private static int failed(Terminal terminal, Exception failure) throws Exception {
    return switch (failure) {
      case RefusedException e -> {
        terminal.err().print(ProblemText.of(e.problem()));
        yield Session.REFUSED;
      }
      case UnreachableException e -> {
        terminal.err().println("drover: " + e.getMessage());
        yield Session.UNREACHABLE;
      }
      case IllegalArgumentException e -> {
        terminal.err().println("drover: " + e.getMessage());
        yield Session.USAGE;
      }
      default -> throw failure;
    };
  }

  /** Prints a completion script. */
  @Command(
      name = "completion",
      description = "Prints a completion script for bash and zsh: source <(drover completion)")
  private static final class CompletionCommand implements Runnable {
    private final Session session;
    private final CommandLine root;

    CompletionCommand(Session session, CommandLine root) {
      this.session = session;
      this.root = root;
    }

    @Override
    public void run() {
      session.out().print(AutoComplete.bash("drover", root));
    }
  }
}
