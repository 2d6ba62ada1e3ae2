package io.drover.agent.qemu.image;

import io.drover.agent.image.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds the image {@code linux}: Debian's cloud kernel, BusyBox and the workload that shows
 * whether a migration did any harm. {@code ./drover image build-linux [--output DIR]}
 */
public final class LinuxImageBuilder {
  /** What the image is called, and the directory it is in. */
  public static final String NAME = "linux";

  private static final long MIN_MEMORY_MIB = 128;
  private static final int EXECUTABLE = 0755;
  private static final int PLAIN = 0644;

  /**
   * A panic resets at once, which ends the guest. Mitigations protect nobody in a guest of one
   * program, and emulation pays for them dearly. The processor's counter runs at another rate on
   * another host: without it, Linux keeps time by what moves with the guest.
   */
  private static final String KERNEL_ARGUMENTS =
      "console=ttyS0 quiet panic=-1 mitigations=off tsc=unstable";

  /** The power button, and the device through which the workload sees it. */
  private static final List<String> MODULES =
      List.of("kernel/drivers/acpi/button.ko", "kernel/drivers/input/evdev.ko");

  private final Path work;
  private final Tools tools;

  private LinuxImageBuilder(Path work) {
    this.work = work;
    this.tools = new Tools(work);
  }

  /** Prints where the image is; exits with 1 and one line when it cannot be built. */
  public static void main(String[] arguments) {
    Path output = defaultOutput();
    if (arguments.length == 2 && arguments[0].equals("--output")) {
      output = Path.of(arguments[1]);
    } else if (arguments.length != 0) {
      System.err.println("usage: ./drover image build-linux [--output DIR]");
      System.exit(2);
    }
    Instant begin = Instant.now();
    try {
      Path image = build(output);
      long tookMs = Duration.between(begin, Instant.now()).toMillis();
      System.out.printf("image %s is in %s (built in %.1f s)%n", NAME, image, tookMs / 1000.0);
    } catch (IOException e) {
      System.err.println("image " + NAME + " cannot be built: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Path defaultOutput() {
    String home = System.getenv("DROVER_HOME");
    return home == null || home.isBlank()
        ? Path.of(System.getProperty("user.home"), ".drover", "images")
        : Path.of(home, "images");
  }

  /**
   * Builds the image, or replaces it. Needs apt, dpkg, gcc with a static C library, and Debian's
   * archive; compiler and library are installed when missing and the user is root.
   *
   * @param output directory of images
   * @return the image's own directory
   * @throws IOException naming the tool or package that is missing
   */
  public static Path build(Path output) throws IOException {
    Files.createDirectories(output);
    Path image = output.toAbsolutePath().resolve(NAME);
    Path work = Files.createTempDirectory(output, ".build-");
    try {
      Path built = new LinuxImageBuilder(work.toAbsolutePath()).buildAll();
      Files.createDirectories(image);
      // The manifest last: until it fits, the image is shown as unusable rather than half new.
      try (Stream<Path> files = Files.list(built)) {
        for (Path file :
            files
                .sorted(Comparator.comparing(file -> file.endsWith(ImageManifest.FILE_NAME)))
                .toList()) {
          Files.move(file, image.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      return image;
    } finally {
      deleteTree(work);
    }
  }

  private Path buildAll() throws IOException {
    tools.require("apt-get", "apt");
    tools.require("dpkg-deb", "dpkg");
    Path workload = compileWorkload();
    Path packages = tools.unpack(List.of(kernelPackage(), "busybox-static"));
    Path image = Files.createDirectory(work.resolve("image"));
    Path kernel = image.resolve("vmlinuz");
    Files.copy(only(packages.resolve("boot"), "vmlinuz-"), kernel);
    Path initrd = image.resolve("initrd.img");
    writeInitrd(initrd, packages, workload);
    new ImageManifest(
            ImageManifest.FORMAT,
            NAME,
            MIN_MEMORY_MIB,
            KERNEL_ARGUMENTS,
            content(kernel),
            content(initrd))
        .write(image);
    return image;
  }

  /** The package behind the name that always means the newest kernel. */
  private String kernelPackage() throws IOException {
    String depends = tools.aptCache("depends", "linux-image-cloud-amd64");
    return depends
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("Depends: linux-image-"))
        .map(line -> line.substring("Depends: ".length()))
        .findFirst()
        .orElseThrow(() ->
            new IOException("package linux-image-cloud-amd64 is not known to apt: " + depends));
  }

  private Path compileWorkload() throws IOException {
    tools.requireCompiler();
    Path source = work.resolve("workload.c");
    Files.write(source, resource("workload.c"));
    Path binary = work.resolve("workload");
    tools.run(
        List.of(
            "gcc",
            "-static",
            "-O2",
            "-s",
            "-Wall",
            "-pthread",
            "-o",
            binary.toString(),
            source.toString()));
    return binary;
  }

  private void writeInitrd(Path file, Path packages, Path workload) throws IOException {
    Path busybox = packages.resolve("bin/busybox");
    if (!Files.exists(busybox)) {
      busybox = packages.resolve("usr/bin/busybox"); // since Debian 13
    }
    try (InitrdWriter initrd = new InitrdWriter(file)) {
      for (String directory :
          List.of("bin", "dev", "lib", "lib/modules", "proc", "sys", "tmp", "www", "www/cgi-bin")) {
        initrd.directory(directory);
      }
      initrd.file("init", EXECUTABLE, resource("init"));
      initrd.file("www/cgi-bin/echo", EXECUTABLE, resource("echo.cgi"));
      initrd.file("bin/busybox", EXECUTABLE, Files.readAllBytes(busybox));
      initrd.file("bin/workload", EXECUTABLE, Files.readAllBytes(workload));
      for (String module : MODULES) {
        String name = module.substring(module.lastIndexOf('/') + 1);
        initrd.file("lib/modules/" + name, PLAIN, module(packages, module));
      }
    }
  }

  private byte[] module(Path packages, String name) throws IOException {
    Path modules = packages.resolve("lib/modules");
    Path base = only(Files.exists(modules) ? modules : packages.resolve("usr/lib/modules"), "");
    Path plain = base.resolve(name);
    Path compressed = base.resolve(name + ".xz"); // since Debian 13
    if (!Files.exists(plain) && Files.exists(compressed)) {
      tools.require("xz", "xz-utils");
      tools.run(List.of("xz", "--decompress", compressed.toString()));
    }
    return Files.readAllBytes(plain);
  }

  private static ImageManifest.Content content(Path file) throws IOException {
    return new ImageManifest.Content(
        file.getFileName().toString(), Files.size(file), Sha256.of(file));
  }

  private static Path only(Path directory, String prefix) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> found =
          new ArrayList<>(
              entries.filter(entry -> entry.getFileName().toString().startsWith(prefix)).toList());
      if (found.size() != 1) {
        throw new IOException(
            "expected one " + prefix + "* in the kernel package, found " + found.size());
      }
      return found.getFirst();
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = LinuxImageBuilder.class.getResourceAsStream("/images/linux/" + name)) {
      if (in == null) {
        throw new IOException("/images/linux/" + name + " is missing from this build");
      }
      return in.readAllBytes();
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
