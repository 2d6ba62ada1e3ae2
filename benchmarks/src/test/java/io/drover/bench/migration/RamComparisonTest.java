package io.drover.bench.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RamComparisonTest {
  private static final int PAGE = RamComparison.PAGE_BYTES;

  @TempDir private Path folder;
  private final byte[] ram = new byte[16 * PAGE];

  @BeforeEach
  void fill() {
    new Random(1).nextBytes(ram);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  @Test
  void shouldFindNoDifferenceBetweenEqualMemories() throws IOException {
    assertThat(RamComparison.differingPages(file("one", ram), file("other", ram))).isZero();
  }

  @Test
  void shouldCountEachDifferingPageOnce() throws IOException {
    byte[] changed = ram.clone();
    changed[0] ^= 1; // first byte of the first page
    changed[3 * PAGE + 7] ^= 1; // two in one page
    changed[3 * PAGE + 4000] ^= 1;
    changed[5 * PAGE - 1] ^= 1; // the neighbour's last byte
    changed[16 * PAGE - 1] ^= 1; // last byte of the last page

    assertThat(RamComparison.differingPages(file("one", ram), file("other", changed))).isEqualTo(4);
  }

  @Test
  void shouldRefuseMemoriesOfDifferentSizes() throws IOException {
    Path one = file("one", ram);
    Path other = file("other", new byte[15 * PAGE]);

    assertThatThrownBy(() -> RamComparison.differingPages(one, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536")
        .hasMessageContaining("61440");
  }
}
