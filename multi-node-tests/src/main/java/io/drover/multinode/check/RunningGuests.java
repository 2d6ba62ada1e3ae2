package io.drover.multinode.check;

import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts the guests of a VM on this machine by what the operating system knows of them. */
public final class RunningGuests {
  private RunningGuests() {}

  /** One entry per guest that exists: {@code north-h1: qemu 1234}, {@code north-h1: embedded}. */
  public static List<String> of(String vm, Fleet fleet) {
    List<String> found = new ArrayList<>();
    for (JavaProcess host : fleet.hosts()) {
      fleet.qemuGuests(host, vm).forEach(guest -> found.add(host.name() + ": " + guest));
      if (host.isAlive() && hasVcpuThread(host.pid(), vm)) {
        found.add(host.name() + ": embedded");
      }
    }
    return found;
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
