package io.drover.transfer.driver;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.IoUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the driver's directory after its process, and removes those of processes that were killed:
 * they would fill {@code /dev/shm}.
 */
final class DriverDirectories {
  private static final Logger LOG = LoggerFactory.getLogger(DriverDirectories.class);
  private static final String PREFIX = "drover-transfer-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]{1,10})-[0-9]+");
  // A process of another container has a number we cannot look up; its driver still has a pulse.
  private static final long PULSE_MS = 10_000;
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private DriverDirectories() {}

  static Path next(Path base) {
    removeOrphans(base);
    return base.resolve(PREFIX + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet());
  }

  private static void removeOrphans(Path base) {
    try {
      Files.createDirectories(base);
      try (DirectoryStream<Path> candidates = Files.newDirectoryStream(base, PREFIX + "*")) {
        for (Path candidate : candidates) {
          removeOrphan(candidate.toFile());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("directory for transfers cannot be used: " + base, e);
    }
  }

  private static void removeOrphan(File candidate) {
    Matcher matcher = NAME.matcher(candidate.getName());
    if (matcher.matches()
        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()
        && !mayBeInUse(candidate)) {
      IoUtil.delete(candidate, true);
      LOG.info("removed {}, its process was killed", candidate);
    }
  }

  /** A driver writes the version into its file last. */
  private static boolean isHalfMade(File candidate) throws IOException {
    File file = new File(candidate, CncFileDescriptor.CNC_FILE);
    if (file.length() < Integer.BYTES) {
      return file.exists();
    }
    try (DataInputStream input = new DataInputStream(new FileInputStream(file))) {
      return input.readInt() == 0; // whatever its byte order
    }
  }

  /** One that cannot be read (another user's, another version's, half made) may be. */
  private static boolean mayBeInUse(File candidate) {
    try {
      if (isHalfMade(candidate)) { // Aeron would wait for it, at each start of every agent
        return System.currentTimeMillis() - candidate.lastModified() < PULSE_MS;
      }
      return CommonContext.isDriverActive(candidate, PULSE_MS, LOG::debug);
    } catch (Exception e) { // Aeron throws IOException without declaring it
      LOG.info("left {} alone: {}", candidate, e.toString());
      return true;
    }
  }
}
