package io.drover.bench.scenario;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the Linux image is, if this machine has one and QEMU to run it. */
public final class LinuxImage {
  public static final String HOW_TO_GET_IT =
      "install QEMU (Debian: apt-get install qemu-system-x86) and run ./drover image build-linux";

  private LinuxImage() {}

  /** The folder of images that holds {@code linux}; empty when QEMU or the image is missing. */
  public static Optional<Path> find() {
    boolean hasQemu =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "qemu-system-x86_64")));
    String home = System.getenv("DROVER_HOME");
    Path images =
        (home == null ? Path.of(System.getProperty("user.home"), ".drover") : Path.of(home))
            .resolve("images");
    return hasQemu && Files.exists(images.resolve("linux/image.json"))
        ? Optional.of(images)
        : Optional.empty();
  }
}
