package io.drover.multinode.harness;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, from the artifact of this platform. */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /** Unpacks them; returns the folder with {@code bin} in it. */
  static Path unpack(Path folder) {
    String machine =
        System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("aarch64")
            ? "arm_64"
            : "x86_64";
    String resource = "/postgres-linux-" + machine + ".txz";
    try (InputStream packed = EmbeddedPostgres.class.getResourceAsStream(resource);
        var tar =
            new TarArchiveInputStream(
                new XZInputStream(
                    new BufferedInputStream(Objects.requireNonNull(packed, resource))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(folder, entry, tar);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " cannot be unpacked into " + folder, e);
    }
  }

  private static void unpack(Path folder, TarArchiveEntry entry, InputStream content)
      throws IOException {
    Path file = folder.resolve(entry.getName()).normalize();
    if (!file.startsWith(folder)) {
      throw new IOException(entry.getName() + " leads out of " + folder);
    }
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(file.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
    } else {
      Files.copy(content, file);
      boolean isProgram = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          file, PosixFilePermissions.fromString(isProgram ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }
}
