package io.drover.cli.command;

import io.drover.cli.output.Units;

/** One line that says how much was sent, on terminals only. Told from the sender's thread. */
final class UploadProgress {
  private static final int PERCENT = 100;

  private final Terminal terminal;
  private final long total;
  private int shown = -1;

  UploadProgress(Terminal terminal, long total) {
    this.terminal = terminal;
    this.total = total;
  }

  synchronized void sent(long bytes) {
    int percent = total == 0 ? PERCENT : (int) (bytes * PERCENT / total);
    if (terminal.interactive() && percent != shown) {
      shown = percent;
      terminal.err().printf("\r%3d%%  %s of %s ", percent, Units.size(bytes), Units.size(total));
      terminal.err().flush();
    }
  }

  /** Leaves the line. */
  synchronized void end() {
    if (shown >= 0) {
      terminal.err().println();
    }
  }
}
