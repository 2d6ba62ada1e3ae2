package io.drover.multinode.check;

import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Counts the guests of a VM on this machine by what the operating system knows of them. */
public final class RunningGuests {
  private RunningGuests() {}

  /** One entry per guest that exists: {@code qemu 1234}, {@code embedded north-h1}. */
  public static List<String> of(String vm, Fleet fleet) {
    Stream<String> qemu =
        ProcessHandle.allProcesses()
            .filter(process -> isQemuOf(process.pid(), vm))
            .map(process -> "qemu " + process.pid());
    Stream<String> embedded =
        fleet.hosts().stream()
            .filter(JavaProcess::isAlive)
            .filter(agent -> hasVcpuThread(agent.pid(), vm))
            .map(agent -> "embedded " + agent.name());
    return Stream.concat(qemu, embedded).toList();
  }

  private static boolean isQemuOf(long pid, String vm) {
    try {
      String commandLine = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return commandLine.contains("qemu-system") && commandLine.contains(vm);
    } catch (NoSuchFileException e) {
      return false; // it ended while we looked
    } catch (IOException e) {
      return false; // a kernel thread, or it ended between open and read
    }
  }

  /** An embedded guest is a thread named after its VM inside the agent. */
  private static boolean hasVcpuThread(long pid, String vm) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), "Thread.print")
              .redirectErrorStream(true)
              .start();
      String threads = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("threads of " + pid + " cannot be read: " + threads);
      }
      return threads.contains("\"guest-" + vm);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
