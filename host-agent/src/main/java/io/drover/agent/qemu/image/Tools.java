package io.drover.agent.qemu.image;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The host's tools with which an image is built; every failure says which one and why. */
final class Tools {
  private static final int OUTPUT_TAIL = 1000;

  private final Path work;

  Tools(Path work) {
    this.work = work;
  }

  /**
   * Makes sure that a tool is there.
   *
   * @param debianPackage that brings it
   */
  void require(String tool, String debianPackage) throws IOException {
    if (!isOnPath(tool)) {
      throw new IOException(
          tool + " is needed and not on the PATH; on Debian it comes with " + debianPackage);
    }
  }

  /** Makes sure that static C programs can be built, and installs what is missing when allowed. */
  void requireCompiler() throws IOException {
    if (isOnPath("gcc") && hasStaticLibc()) {
      return;
    }
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new IOException(
          "gcc and a static C library are needed: apt-get install gcc libc6-dev (as root)");
    }
    run(List.of("apt-get", "update", "-qq"));
    run(List.of("apt-get", "install", "-y", "-qq", "--no-install-recommends", "gcc", "libc6-dev"));
  }

  private boolean hasStaticLibc() throws IOException {
    // gcc answers with the bare name when it does not find the file.
    return run(List.of("gcc", "-print-file-name=libc.a")).strip().contains("/");
  }

  String aptCache(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("apt-cache"));
    command.addAll(List.of(arguments));
    return afterUpdateIfNeeded(command);
  }

  /** Fetches packages and unpacks them over each other. */
  Path unpack(List<String> packages) throws IOException {
    List<String> download = new ArrayList<>(List.of("apt-get", "download", "-qq"));
    download.addAll(packages);
    afterUpdateIfNeeded(download);
    Path root = Files.createDirectory(work.resolve("packages"));
    try (Stream<Path> files = Files.list(work)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".deb")).toList()) {
        run(List.of("dpkg-deb", "-x", file.toString(), root.toString()));
      }
    }
    return root;
  }

  /** Package lists may be absent or so old that their files are gone from the archive. */
  private String afterUpdateIfNeeded(List<String> command) throws IOException {
    try {
      return run(command);
    } catch (IOException e) {
      run(List.of("apt-get", "update", "-qq"));
      return run(command);
    }
  }

  /**
   * Runs a tool in the work directory.
   *
   * @return what it printed
   */
  String run(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
    builder.redirectErrorStream(true).redirectInput(new File("/dev/null"));
    builder.environment().putAll(Map.of("LC_ALL", "C", "DEBIAN_FRONTEND", "noninteractive"));
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        String tail = printed.strip();
        throw new IOException(
            "%s failed with exit code %d: %s"
                .formatted(
                    String.join(" ", command),
                    process.exitValue(),
                    tail.substring(Math.max(0, tail.length() - OUTPUT_TAIL))));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.getFirst() + " ran", e);
    }
    return printed;
  }

  private static boolean isOnPath(String tool) {
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
  }
}
