package io.drover.cli;

import io.drover.cli.command.CommandTree;
import io.drover.cli.command.Terminal;

/**
 * The {@code drover} client.
 *
 * <p>Exit codes: 0 done, 1 refused or failed, 2 the command line is wrong, 3 no control node can be
 * reached.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(CommandTree.run(Terminal.ofProcess(), args));
  }
}
