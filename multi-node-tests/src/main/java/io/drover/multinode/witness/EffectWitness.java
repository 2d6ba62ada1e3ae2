package io.drover.multinode.witness;

import io.drover.multinode.witness.Testimony.Died;
import io.drover.multinode.witness.Testimony.Runner;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The witness: one file to which every process appends. It stands for the disk or the network that
 * a VM's effects reach, has no opinion of who may write, and no network that could fail. Safe on
 * any thread.
 */
public final class EffectWitness implements AutoCloseable {
  /** System property of witnessed agents: the file. */
  public static final String PROPERTY = "multinode.witness";

  private final Path file;
  private final FileOutputStream log; // a channel would be closed by the first interrupted guest

  private EffectWitness(Path file, FileOutputStream log) {
    this.file = file;
    this.log = log;
  }

  /** Opens it, making it when needed. */
  public static EffectWitness open(Path file) {
    try {
      return new EffectWitness(file, new FileOutputStream(file.toFile(), true));
    } catch (IOException e) {
      throw new UncheckedIOException("no witness at " + file, e);
    }
  }

  public Path file() {
    return file;
  }

  /** Appends in one system call: lines of several processes never mix. */
  public void append(Testimony testimony) {
    try {
      log.write(testimony.line().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("the witness " + file + " cannot be written", e);
    }
  }

  /** Of whoever killed a process and knows that it is dead. */
  public void died(String host, long pid) {
    append(new Died(System.nanoTime(), new Runner(host, pid)));
  }

  /** All so far, in the order in which it happened. */
  public List<Testimony> testimonies() {
    List<Testimony> all = new ArrayList<>();
    try (var lines = Files.lines(file, StandardCharsets.US_ASCII)) {
      lines.forEach(line -> Testimony.parse(line).ifPresent(all::add));
    } catch (IOException e) {
      throw new UncheckedIOException("the witness " + file + " cannot be read", e);
    }
    return all;
  }

  @Override
  public void close() {
    try {
      log.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
