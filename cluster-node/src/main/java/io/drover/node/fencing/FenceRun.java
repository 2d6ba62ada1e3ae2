package io.drover.node.fencing;

import io.drover.config.settings.FencingSettings.Device;
import io.drover.config.units.Spans;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a fence command, over. Parameters go to its standard input, so that passwords stand in
 * no list of processes.
 *
 * @param exit -1 when it did not end by itself
 * @param said the beginning of what it wrote
 */
record FenceRun(String command, String action, int exit, String said) {
  /** Exit code of {@code action=status}: 0 is on. */
  private static final int OFF = 2;

  private static final int OUTPUT_LIMIT = 500;

  /** Runs it. Blocks for at most the timeout and a moment. */
  static FenceRun of(
      Device device, Map<String, String> parameters, String action, Duration timeout) {
    String command = device.command().getFirst();
    try {
      Process process = new ProcessBuilder(device.command()).redirectErrorStream(true).start();
      try {
        return run(process, command, parameters, action, timeout);
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return new FenceRun(command, action, -1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new FenceRun(command, action, -1, "this control node stops");
    }
  }

  private static FenceRun run(
      Process process,
      String command,
      Map<String, String> parameters,
      String action,
      Duration timeout)
      throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    parameters.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    lines.append("action=").append(action).append('\n');
    try (OutputStream in = process.getOutputStream()) {
      in.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
    boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    return ended
        ? new FenceRun(command, action, process.exitValue(), output(process))
        : new FenceRun(command, action, -1, "no end within " + Spans.text(timeout));
  }

  /** What fits into a pipe is there when it has ended; nobody reads more. */
  private static String output(Process process) throws IOException {
    InputStream out = process.getInputStream();
    byte[] bytes = out.readNBytes(Math.min(OUTPUT_LIMIT, out.available()));
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }

  boolean isDone() {
    return exit == 0;
  }

  boolean saysOff() {
    return action.equals("status") && exit == OFF;
  }

  /** For people. */
  @Override
  public String toString() {
    return "%s %s: %s%s"
        .formatted(
            command,
            action,
            exit < 0 ? "failed" : "exit " + exit,
            said.isEmpty() ? "" : " (" + said + ")");
  }
}
