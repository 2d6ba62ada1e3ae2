package io.drover.multinode.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** QEMU guests that an agent left behind, as it is meant to: they outlive it. */
final class LeftGuests {
  private static final Pattern RAM = Pattern.compile(".*mem-path=([^,]+)\\.ram.*");
  private static final long END_LIMIT_S = 10;

  private LeftGuests() {}

  /** The guests of the agent with this state directory; their console files are below it. */
  static List<LiveProcess> of(Path agentState) {
    return LiveProcess.mentioning(agentState.toAbsolutePath().normalize() + "/qemu/").stream()
        .filter(LiveProcess::isQemu)
        .toList();
  }

  /** Ends them and removes what they have in memory. */
  static void end(Path agentState) {
    List<LiveProcess> guests = of(agentState);
    guests.forEach(guest -> guest.handle().destroyForcibly());
    CompletableFuture.allOf(
            guests.stream().map(guest -> guest.handle().onExit()).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, END_LIMIT_S, TimeUnit.SECONDS)
        .join();
    guests.stream()
        .flatMap(guest -> guest.arguments().stream())
        .map(RAM::matcher)
        .filter(Matcher::matches)
        .forEach(ram -> removeFiles(Path.of(ram.group(1))));
  }

  /** RAM and sockets of one guest differ in their endings. */
  private static void removeFiles(Path guest) {
    try (Stream<Path> files = Files.list(guest.getParent())) {
      for (Path file : files.toList()) {
        if (file.toString().startsWith(guest + ".")) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what is left of " + guest + " cannot be removed", e);
    }
  }
}
