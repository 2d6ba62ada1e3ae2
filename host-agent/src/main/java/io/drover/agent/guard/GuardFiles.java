package io.drover.agent.guard;

import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.Epoch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory in which a guard finds what it has to know; {@code guard.sh} says what each file
 * is. It is in memory, and what a machine's earlier boot left there counts for nothing.
 */
record GuardFiles(Path directory) {
  private static final String SCRIPT = "guard.sh";
  private static final String RESOURCE = "/guard/" + SCRIPT;
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int DEADLINE_WORDS = 7;
  private static final int TICK_WORDS = 3;
  static final long TICK_NS = 10_000_000; // 1/100 s, as in /proc/uptime

  /** What the guard wrote in its last round. */
  record Tick(long pid, long atNs) {}

  void create() throws IOException {
    Files.createDirectories(targets());
  }

  /** Removes what is of an earlier boot, and who is gone. */
  void clean() throws IOException {
    if (readDeadline().isEmpty()) {
      Files.deleteIfExists(deadline());
    }
    for (ProcessIdentity target : listTargets()) {
      if (!target.isAlive()) {
        for (Kind kind : Kind.values()) {
          removeTarget(kind, target);
        }
      }
    }
  }

  /** How a target is treated. */
  enum Kind {
    /** Frozen ahead of the deadline, then killed. */
    P,
    /** An agent with guests inside, which stop by themselves: only killed. */
    J
  }

  Path script() {
    return directory.resolve(SCRIPT);
  }

  Path log() {
    return directory.resolve("guard.log");
  }

  private Path deadline() {
    return directory.resolve("deadline");
  }

  private Path tick() {
    return directory.resolve("tick");
  }

  private Path targets() {
    return directory.resolve("targets");
  }

  private Path target(Kind kind, ProcessIdentity process) {
    String name =
        "%s-%d-%d"
            .formatted(kind.name().toLowerCase(Locale.ROOT), process.pid(), process.startTicks());
    return targets().resolve(name);
  }

  // ---- the script

  boolean hasCurrentScript() throws IOException {
    return Files.exists(script()) && Files.readString(script()).equals(program());
  }

  void writeScript() throws IOException {
    replace(script(), program());
  }

  private static String program() throws IOException {
    try (InputStream in = GuardFiles.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(RESOURCE + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // ---- the deadline

  /**
   * Replaces the deadline in one step.
   *
   * @param freezeNs when guests stop, ahead of it
   */
  void writeDeadline(Deadline deadline, long freezeNs) throws IOException {
    String words =
        "%s %d %d %d %d %d %d%n"
            .formatted(
                bootId(),
                deadline.epoch().value(),
                deadline.activeVersion(),
                deadline.pendingVersion(),
                deadline.atNs(),
                freezeNs / TICK_NS,
                deadline.atNs() / TICK_NS);
    replace(deadline(), words);
  }

  /** What an earlier agent of this boot wrote. */
  Optional<Deadline> readDeadline() throws IOException {
    List<String> words = words(deadline());
    if (words.size() != DEADLINE_WORDS || !words.getFirst().equals(bootId())) {
      return Optional.empty();
    }
    List<Long> numbers = words.stream().skip(1).map(GuardFiles::number).toList();
    return numbers.contains(-1L)
        ? Optional.empty()
        : Optional.of(
            new Deadline(
                new Epoch(numbers.get(0)), numbers.get(1), numbers.get(2), numbers.get(3)));
  }

  void deleteDeadline() throws IOException {
    Files.deleteIfExists(deadline());
  }

  private static String bootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }

  // ---- the guard's life

  /** Empty before its first round, and when it is just being written. */
  Optional<Tick> readTick() throws IOException {
    List<String> words = words(tick());
    if (words.size() != TICK_WORDS) {
      return Optional.empty();
    }
    return Optional.of(new Tick(number(words.get(0)), number(words.get(1)) * TICK_NS));
  }

  /** Of a guard that has ended. */
  void deleteAll() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  // ---- targets

  void addTarget(Kind kind, ProcessIdentity process) throws IOException {
    Files.createDirectories(targets());
    Path file = target(kind, process);
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
  }

  void removeTarget(Kind kind, ProcessIdentity process) throws IOException {
    Files.deleteIfExists(target(kind, process));
  }

  List<ProcessIdentity> listTargets() throws IOException {
    if (!Files.isDirectory(targets())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(targets())) {
      return files.map(file -> process(file.getFileName().toString())).toList();
    }
  }

  private static ProcessIdentity process(String name) {
    String[] parts = name.split("-");
    return parts.length == 3
        ? new ProcessIdentity(number(parts[1]), number(parts[2]))
        : new ProcessIdentity(-1, -1); // no process has it
  }

  // ---- reading and writing

  private static List<String> words(Path file) throws IOException {
    try {
      return List.of(Files.readString(file).strip().split(" "));
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** -1 for what is no number. */
  private static long number(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
  }

  private void replace(Path file, String content) throws IOException {
    Path next = directory.resolve(file.getFileName() + ".next");
    Files.writeString(next, content);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
