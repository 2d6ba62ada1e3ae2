package io.drover.multinode.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place where a process waits to be killed, shared by two processes through two files: the
 * harness writes the name of a phase into {@code <file>}, the process that reaches it creates
 * {@code <file>.held} and goes no further until {@code <file>} is gone or it is killed.
 */
public final class HoldPoint {
  /** System property of the held process: the file. */
  public static final String PROPERTY = "multinode.hold-file";

  private static final Logger LOG = LoggerFactory.getLogger(HoldPoint.class);
  private static final Duration POLL = Duration.ofMillis(2);

  private final Path file;

  public HoldPoint(Path file) {
    this.file = file;
  }

  /** The one named by {@link #PROPERTY}. */
  public static HoldPoint ofThisProcess() {
    return new HoldPoint(Path.of(System.getProperty(PROPERTY, "no-hold-file")));
  }

  public Path file() {
    return file;
  }

  /** Harness: the next process that reaches this phase stops there. */
  public void arm(String phase) {
    try {
      Files.deleteIfExists(held());
      Files.writeString(file, phase);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Harness: lets go of whoever is held, and of nobody from now on. */
  public void release() {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(held());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Harness: whether somebody is held. */
  public boolean isHolding() {
    return Files.exists(held());
  }

  /** Process: waits here if armed for this phase. Blocks the calling thread; only in test mains. */
  public void reached(String phase) {
    if (!isArmedFor(phase)) {
      return;
    }
    try {
      LOG.info("held at {}", phase);
      Files.writeString(held(), phase);
      while (Files.exists(file)) {
        Thread.sleep(POLL);
      }
      LOG.info("released at {}", phase);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isArmedFor(String phase) {
    try {
      return Files.exists(file) && Files.readString(file).strip().equals(phase);
    } catch (IOException e) {
      return false; // released between the two
    }
  }

  private Path held() {
    return file.resolveSibling(file.getFileName() + ".held");
  }
}
