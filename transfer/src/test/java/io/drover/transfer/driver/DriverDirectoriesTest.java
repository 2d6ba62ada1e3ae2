package io.drover.transfer.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.CncFileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverDirectoriesTest {
  /** No process has it: above the largest number that Linux gives. */
  private static final String DEAD = "drover-transfer-9999999999-1";

  @TempDir private Path base;

  @Test
  void shouldRemoveWhatAProcessLeftThatWasKilledWhileItStarted() throws IOException {
    Path orphan = halfMade();
    Files.setLastModifiedTime(orphan, FileTime.from(Instant.EPOCH));

    Path own = DriverDirectories.next(base);

    assertThat(orphan).doesNotExist();
    assertThat(own.getFileName().toString())
        .startsWith("drover-transfer-" + ProcessHandle.current().pid());
  }

  /** It may be of another container, where processes have other numbers. */
  @Test
  void shouldLeaveAloneWhatSomebodyMakesNow() throws IOException {
    Path young = halfMade();

    DriverDirectories.next(base);

    assertThat(young).isDirectory();
  }

  private Path halfMade() throws IOException {
    Path directory = Files.createDirectory(base.resolve(DEAD));
    Files.write(
        directory.resolve(CncFileDescriptor.CNC_FILE),
        new byte[CncFileDescriptor.META_DATA_LENGTH]);
    return directory;
  }
}
