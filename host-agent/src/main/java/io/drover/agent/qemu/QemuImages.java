package io.drover.agent.qemu;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.drover.agent.guest.Hypervisor.Image;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.ImageArguments;
import io.drover.agent.image.Sha256;
import io.drover.agent.qemu.image.ImageManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The images in one directory: directories with a manifest (kernel and initrd) and {@code *.qcow2}
 * files. Checked whole when first seen and again whenever size or time of a file changes. Safe on
 * any thread.
 */
final class QemuImages {
  private static final String DISK_ENDING = ".qcow2";
  private static final long DISK_MIN_MEMORY = 64L << 20;
  private static final long MIB = 1L << 20;
  private static final ImageArguments WORDS = ImageArguments.any(ImageArguments.Others.WORDS);

  /** A disk's system has no command line of ours. */
  private static final ImageArguments NONE = ImageArguments.any(ImageArguments.Others.NONE);

  /** A kernel alone brings its own initramfs, and its settings compiled in. */
  private static final String KERNEL_ARGUMENTS = "console=ttyS0";

  private static final long KERNEL_MIN_MEMORY = 64L << 20;

  private final Path directory;
  private final Map<Path, Checked> checked = new HashMap<>();
  private final Map<String, QemuImage> admitted = new ConcurrentHashMap<>();

  /** A file's state when its digest was computed. */
  private record Checked(long size, FileTime modified, String sha256) {}

  QemuImages(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  /** All images, usable or not, by name. */
  List<QemuImage> list() throws HypervisorException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      List<QemuImage> found = new ArrayList<>();
      for (Path entry : entries.sorted().toList()) {
        if (Files.isRegularFile(entry.resolve(ImageManifest.FILE_NAME))) {
          found.add(kernelImage(entry));
        } else if (entry.toString().endsWith(DISK_ENDING)) {
          found.add(diskImage(entry));
        }
      }
      found.sort(Comparator.comparing(image -> image.listing().name()));
      return found;
    } catch (IOException e) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED, "cannot list images in " + directory + ": " + e, e);
    }
  }

  /**
   * @throws HypervisorException IMAGE_UNUSABLE when it is not there or damaged
   */
  QemuImage require(String name) throws HypervisorException {
    QemuImage sent = admitted.get(name);
    if (sent != null) {
      return sent;
    }
    for (QemuImage image : list()) {
      if (image.listing().name().equals(name)) {
        if (!image.listing().usable()) {
          throw unusable("image " + name + ": " + image.listing().reason());
        }
        return image;
      }
    }
    throw unusable("image " + name + " is not in " + directory);
  }

  /** Adds a kernel that the control plane sent; false when the file is none. */
  boolean admit(String name, Path file, String sha256) throws IOException {
    if (!Format.KERNEL.matches(file)) {
      return false;
    }
    Image listing = new Image(name, Files.size(file), sha256, KERNEL_MIN_MEMORY, true, "", WORDS);
    admitted.put(
        name,
        new QemuImage(
            listing, new QemuImage.Boot.Kernel(file, Optional.empty(), KERNEL_ARGUMENTS)));
    return true;
  }

  /** Those that the control plane sent. */
  List<QemuImage> admitted() {
    return List.copyOf(admitted.values());
  }

  private static HypervisorException unusable(String message) {
    return new HypervisorException(HypervisorException.Kind.IMAGE_UNUSABLE, message);
  }

  private QemuImage kernelImage(Path entry) throws IOException {
    Path manifestFile = entry.resolve(ImageManifest.FILE_NAME);
    ImageManifest manifest;
    try {
      manifest = ImageManifest.read(entry);
    } catch (JsonProcessingException e) {
      return broken(entry, manifestFile + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      return broken(entry, String.valueOf(e.getMessage()));
    }
    Path kernel = entry.resolve(manifest.kernel().file());
    Path initrd = entry.resolve(manifest.initrd().file());
    String reason = reason(kernel, manifest.kernel(), Format.KERNEL);
    if (reason.isEmpty()) {
      reason = reason(initrd, manifest.initrd(), Format.INITRD);
    }
    Image listing =
        new Image(
            manifest.name(),
            manifest.kernel().bytes() + manifest.initrd().bytes(),
            sha256(manifestFile), // names the digests of the others
            manifest.minMemoryMib() * MIB,
            reason.isEmpty(),
            reason,
            WORDS);
    return new QemuImage(
        listing, new QemuImage.Boot.Kernel(kernel, Optional.of(initrd), manifest.arguments()));
  }

  private QemuImage diskImage(Path file) throws IOException {
    String fileName = file.getFileName().toString();
    String name = fileName.substring(0, fileName.length() - DISK_ENDING.length());
    String reason = Format.DISK.matches(file) ? "" : file + " is not " + Format.DISK.description;
    Image listing =
        new Image(
            name, Files.size(file), sha256(file), DISK_MIN_MEMORY, reason.isEmpty(), reason, NONE);
    return new QemuImage(listing, new QemuImage.Boot.Disk(file));
  }

  private QemuImage broken(Path entry, String reason) {
    Image listing = new Image(entry.getFileName().toString(), 0, "", 0, false, reason, NONE);
    return new QemuImage(listing, new QemuImage.Boot.Disk(entry));
  }

  private String reason(Path file, ImageManifest.Content expected, Format format)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      return file + " is missing";
    }
    long size = Files.size(file);
    if (size != expected.bytes()) {
      return "%s has %d bytes, its manifest says %d".formatted(file, size, expected.bytes());
    }
    if (!format.matches(file)) {
      return file + " is not " + format.description;
    }
    String actual = sha256(file);
    return actual.equals(expected.sha256())
        ? ""
        : "%s has SHA-256 %s, its manifest says %s".formatted(file, actual, expected.sha256());
  }

  private synchronized String sha256(Path file) throws IOException {
    long size = Files.size(file);
    FileTime modified = Files.getLastModifiedTime(file);
    Checked known = checked.get(file);
    if (known == null || known.size != size || !known.modified.equals(modified)) {
      known = new Checked(size, modified, Sha256.of(file));
      checked.put(file, known);
    }
    return known.sha256;
  }

  /** What a file must begin with. */
  private enum Format {
    KERNEL("a Linux kernel (bzImage or ELF)") {
      @Override
      boolean matches(byte[] head) {
        return has(head, BZIMAGE_OFFSET, "HdrS") || has(head, 0, "\u007fELF");
      }
    },
    INITRD("an initrd (cpio, or cpio in gzip)") {
      @Override
      boolean matches(byte[] head) {
        return has(head, 0, "\u001f\u008b") || has(head, 0, "07070");
      }
    },
    DISK("a qcow2 disk") {
      @Override
      boolean matches(byte[] head) {
        return has(head, 0, "QFI\u00fb");
      }
    };

    private static final int BZIMAGE_OFFSET = 0x202;
    private static final int HEAD = 1024;
    private final String description;

    Format(String description) {
      this.description = description;
    }

    abstract boolean matches(byte[] head);

    boolean matches(Path file) throws IOException {
      try (var in = Files.newInputStream(file)) {
        return matches(in.readNBytes(HEAD));
      }
    }

    private static boolean has(byte[] head, int offset, String magic) {
      for (int i = 0; i < magic.length(); i++) {
        if (offset + i >= head.length || (head[offset + i] & 0xff) != magic.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }
}
