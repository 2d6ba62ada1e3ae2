package io.drover.cli.command;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a command runs.
 *
 * @param interactive whether a line may be drawn over; else progress is a line per change
 * @param pause how to let time pass between two looks at the server
 */
public record Terminal(
    PrintStream out, PrintStream err, Clock clock, boolean interactive, Pause pause) {

  /** Lets time pass. */
  @FunctionalInterface
  public interface Pause {
    void of(Duration duration) throws InterruptedException;
  }

  /** The terminal this process was started from. */
  public static Terminal ofProcess() {
    boolean interactive =
        Optional.ofNullable(System.console()).map(console -> console.isTerminal()).orElse(false);
    return new Terminal(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        Clock.systemUTC(),
        interactive,
        Thread::sleep);
  }
}
