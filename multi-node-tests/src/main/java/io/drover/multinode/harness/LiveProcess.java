package io.drover.multinode.harness;

import io.drover.multinode.network.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A JVM or a QEMU of this machine.
 *
 * @param arguments its command line, the program first
 */
public record LiveProcess(ProcessHandle handle, List<String> arguments) {
  /** All but ourselves with this text on their command line; pick one that nobody else has. */
  public static List<LiveProcess> mentioning(String text) {
    return ProcessHandle.allProcesses()
        .filter(handle -> handle.pid() != ProcessHandle.current().pid())
        .map(handle -> new LiveProcess(handle, arguments(handle.pid())))
        .filter(process -> process.isQemu() || process.isJvm())
        .filter(process -> process.mentions(text))
        .toList();
  }

  /** Whether this text is on its command line. */
  public boolean mentions(String text) {
    return arguments.stream().anyMatch(word -> word.contains(text));
  }

  /** Sends it a signal, {@code STOP}; one that has ended does not mind. */
  static void signal(ProcessHandle handle, String signal) {
    try {
      Shell.run("kill", "-" + signal, Long.toString(handle.pid()));
    } catch (IllegalStateException e) {
      if (handle.isAlive()) {
        throw e;
      }
    }
  }

  public boolean isQemu() {
    return program().startsWith("qemu-system");
  }

  public boolean isJvm() {
    return program().equals("java");
  }

  private String program() {
    return Path.of(arguments.getFirst()).getFileName() + "";
  }

  private static List<String> arguments(long pid) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      return List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      return List.of(""); // it ended while we looked
    }
  }
}
