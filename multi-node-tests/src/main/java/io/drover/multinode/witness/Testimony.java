package io.drover.multinode.witness;

import java.util.Optional;

/**
 * One line of the witness's log. Times are {@code CLOCK_MONOTONIC} of the one machine, taken just
 * before the line was appended; the order of lines is what counts.
 */
public sealed interface Testimony {
  /** When it was about to be written, in ns. */
  long atNs();

  /** Which process wrote it, or died. */
  Runner runner();

  /**
   * A process on a host that may run guests.
   *
   * @param host the harness's name of it, {@code north-h1}
   */
  record Runner(String host, long pid) {}

  /**
   * A guest did something.
   *
   * @param epoch the run epoch its agent held for it
   * @param boot drawn by the guest when it booted; moves with its memory
   * @param n counted by the guest since then
   */
  record Effect(long atNs, Runner runner, String vm, long epoch, long boot, long n)
      implements Testimony {}

  /** The guest of a VM at this runner is no more. */
  record Gone(long atNs, Runner runner, String vm) implements Testimony {}

  /** The process is dead, and all its guests with it; written by who killed it. */
  record Died(long atNs, Runner runner) implements Testimony {}

  /** As one line. */
  default String line() {
    Runner runner = runner();
    String start = " " + atNs() + " " + runner.host() + " " + runner.pid();
    return switch (this) {
      case Effect e ->
          "effect%s %s %d %s %d\n"
              .formatted(start, e.vm(), e.epoch(), Long.toHexString(e.boot()), e.n());
      case Gone g -> "gone%s %s\n".formatted(start, g.vm());
      case Died _ -> "died%s\n".formatted(start);
    };
  }

  /** Empty for a line that is not whole: its writer was killed, or is about to write the rest. */
  static Optional<Testimony> parse(String line) {
    String[] words = line.split(" ");
    try {
      long atNs = Long.parseLong(words[1]);
      Runner runner = new Runner(words[2], Long.parseLong(words[3]));
      return switch (words[0]) {
        case "effect" ->
            Optional.of(
                new Effect(
                    atNs,
                    runner,
                    words[4],
                    Long.parseLong(words[5]),
                    Long.parseUnsignedLong(words[6], 16),
                    Long.parseLong(words[7])));
        case "gone" -> Optional.of(new Gone(atNs, runner, words[4]));
        case "died" -> Optional.of(new Died(atNs, runner));
        default -> Optional.empty();
      };
    } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
