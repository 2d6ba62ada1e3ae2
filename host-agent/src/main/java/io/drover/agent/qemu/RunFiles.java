package io.drover.agent.qemu;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of one QEMU process. Record, console and log are kept on disk; RAM and sockets live in
 * memory and end with the host.
 */
record RunFiles(String run, Path directory, Path shmDirectory) {
  /** What the kernel stores of a Unix socket's path, its ending zero not counted. */
  private static final int SOCKET_PATH_LIMIT = 107;

  /** More processes of one VM at one time than a host can have. */
  private static final int RUNS_LIMIT = 1000;

  private static final int LOG_TAIL = 2000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Takes a name that no other process of this agent has. */
  static RunFiles create(Path stateDirectory, Path shmDirectory, VmId vm)
      throws IOException, HypervisorException {
    for (int number = 1; number <= RUNS_LIMIT; number++) {
      String run = vm.text() + "-" + number;
      RunFiles files = new RunFiles(run, stateDirectory.resolve(run), shmDirectory);
      int length = files.incoming().toString().getBytes(StandardCharsets.UTF_8).length;
      if (length > SOCKET_PATH_LIMIT) {
        throw new HypervisorException(
            HypervisorException.Kind.FAILED,
            "socket path %s is longer than %d bytes: %d; set a shorter drover.agent.qemu.shm-dir"
                .formatted(files.incoming(), SOCKET_PATH_LIMIT, length));
      }
      try {
        Files.createDirectory(files.directory);
        return files;
      } catch (FileAlreadyExistsException e) {
        // Another process of the same VM, such as the one it is migrated away from on this host.
      }
    }
    throw new HypervisorException(
        HypervisorException.Kind.FAILED, vm + " has left " + RUNS_LIMIT + " runs behind");
  }

  /** What is left of all processes of an agent. */
  static List<RunFiles> existing(Path stateDirectory, Path shmDirectory) throws IOException {
    try (Stream<Path> entries = Files.list(stateDirectory)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> new RunFiles(entry.getFileName().toString(), entry, shmDirectory))
          .toList();
    }
  }

  Path ram() {
    return shmDirectory.resolve(run + ".ram");
  }

  Path qmp() {
    return shmDirectory.resolve(run + ".qmp");
  }

  /** Where the agent listens for the device state of its own QEMU. */
  Path outgoing() {
    return shmDirectory.resolve(run + ".out");
  }

  /** Where QEMU listens for a device state. */
  Path incoming() {
    return shmDirectory.resolve(run + ".in");
  }

  Path console() {
    return directory.resolve("console.log");
  }

  /** What was on the console before the first byte of {@link #console}. */
  Path earlierConsole() {
    return directory.resolve("console.earlier");
  }

  Path log() {
    return directory.resolve("qemu.log");
  }

  private Path recordFile() {
    return directory.resolve("guest.json");
  }

  /** On disk, not only written, when this returns. */
  void write(GuestRecord written) throws IOException {
    Path next = directory.resolve("guest.json.next");
    try (FileChannel file =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(MAPPER.writeValueAsBytes(written));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(
        next, recordFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  boolean hasRecord() {
    return Files.exists(recordFile());
  }

  GuestRecord read() throws IOException {
    GuestRecord found = MAPPER.readValue(recordFile().toFile(), GuestRecord.class);
    if (found.format() != GuestRecord.FORMAT) {
      throw new IOException(
          recordFile()
              + " has format "
              + found.format()
              + ", this agent reads "
              + GuestRecord.FORMAT);
    }
    return found;
  }

  /** The end of what QEMU itself printed, on one line; empty when it said nothing. */
  String logTail() {
    try {
      String text = Files.readString(log(), StandardCharsets.ISO_8859_1).strip();
      return text.substring(Math.max(0, text.length() - LOG_TAIL)).replaceAll("\\s*\\n\\s*", "; ");
    } catch (IOException e) {
      return "";
    }
  }

  /** Removes all of it; what is missing already is fine. */
  void delete() throws IOException {
    for (Path path : List.of(ram(), qmp(), outgoing(), incoming())) {
      Files.deleteIfExists(path);
    }
    if (Files.exists(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        for (Path entry : entries.toList()) {
          Files.deleteIfExists(entry);
        }
      }
      Files.deleteIfExists(directory);
    }
  }
}
