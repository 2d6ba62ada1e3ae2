package io.drover.agent.qemu.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitrdWriterTest {
  @TempDir private Path directory;

  private Path write(String name) throws IOException {
    Path file = directory.resolve(name);
    try (InitrdWriter initrd = new InitrdWriter(file)) {
      initrd.directory("bin");
      initrd.file("bin/tool", 0755, "odd".getBytes(StandardCharsets.UTF_8));
      initrd.file("init", 0755, "#!/bin/tool\n".getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  @Test
  void shouldWriteWhatAKernelUnpacks() throws IOException {
    List<String> found = new ArrayList<>();
    try (CpioArchiveInputStream archive =
        new CpioArchiveInputStream(
            new GzipCompressorInputStream(Files.newInputStream(write("a"))))) {
      for (CpioArchiveEntry entry = archive.getNextEntry();
          entry != null;
          entry = archive.getNextEntry()) {
        String text = new String(archive.readAllBytes(), StandardCharsets.UTF_8);
        found.add("%s %o %s".formatted(entry.getName(), entry.getMode(), text.strip()));
      }
    }
    assertThat(found)
        .containsExactly("bin 40755 ", "bin/tool 100755 odd", "init 100755 #!/bin/tool");
  }

  @Test
  void shouldGiveTheSameBytesForTheSameEntries() throws IOException {
    assertThat(write("a")).hasSameBinaryContentAs(write("b"));
  }
}
