package io.drover.agent.qemu;

import io.drover.agent.guest.GuestConsole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Follows the file into which QEMU writes a guest's serial line. A file, because the guest goes on
 * printing while no agent runs. Safe on any thread.
 */
final class ConsoleTail implements AutoCloseable {
  /** The file is emptied beyond this size, its text being in the console by then. */
  private static final long ROTATE_BYTES = 1 << 20;

  private final RunFiles files;
  private final GuestConsole console = new GuestConsole();
  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
  private long position;

  /** Starts from what an earlier agent, or the source of a migration, left. */
  ConsoleTail(RunFiles files) throws IOException {
    this.files = files;
    if (Files.exists(files.earlierConsole())) {
      console.load(Files.readAllBytes(files.earlierConsole()));
    }
    // QEMU opens it for appending, whoever made it.
    this.file =
        FileChannel.open(
            files.console(),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  GuestConsole console() {
    return console;
  }

  /** Takes over all that was printed up to now. */
  synchronized void follow() throws IOException {
    if (!file.isOpen()) {
      return;
    }
    while (file.read(buffer, position) > 0) {
      position += buffer.position();
      console.append(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    if (position > ROTATE_BYTES) {
      keepEarlier(console.save());
      // What the guest prints between the last read and this is lost: microseconds in hours.
      file.truncate(0);
      position = 0;
    }
  }

  /** Replaces the console by what the source of a migration had. */
  synchronized void load(byte[] saved) throws IOException {
    console.load(saved);
    keepEarlier(saved);
  }

  private void keepEarlier(byte[] saved) throws IOException {
    Path next = files.directory().resolve("console.earlier.next");
    Files.write(next, saved);
    Files.move(
        next,
        files.earlierConsole(),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
