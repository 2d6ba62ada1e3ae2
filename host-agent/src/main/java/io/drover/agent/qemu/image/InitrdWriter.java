package io.drover.agent.qemu.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** Writes an initrd (cpio newc in gzip); the same entries give the same bytes. */
final class InitrdWriter implements AutoCloseable {
  private static final int DIRECTORY_MODE = 0755;

  private final CpioArchiveOutputStream archive;
  private long lastInode;

  InitrdWriter(Path file) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    try {
      // No time and no name in the gzip header, so that equal contents have equal digests.
      this.archive = new CpioArchiveOutputStream(new GzipCompressorOutputStream(out));
    } catch (IOException e) {
      out.close();
      throw e;
    }
  }

  void directory(String name) throws IOException {
    put(name, CpioConstants.C_ISDIR | DIRECTORY_MODE, new byte[0]);
  }

  void file(String name, int permissions, byte[] content) throws IOException {
    put(name, CpioConstants.C_ISREG | permissions, content);
  }

  private void put(String name, int mode, byte[] content) throws IOException {
    CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name, content.length);
    entry.setMode(mode);
    entry.setInode(++lastInode);
    entry.setTime(0);
    archive.putArchiveEntry(entry);
    archive.write(content);
    archive.closeArchiveEntry();
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }
}
