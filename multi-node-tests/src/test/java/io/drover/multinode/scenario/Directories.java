package io.drover.multinode.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where fleets of scenarios keep their logs and state: below {@code target}, for whoever looks into
 * a failure.
 */
final class Directories {
  private Directories() {}

  /** A new, empty folder. */
  static Path fresh(String scenario) {
    try {
      Path parent = Files.createDirectories(Path.of("target", "scenarios").toAbsolutePath());
      return Files.createTempDirectory(parent, scenario + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
