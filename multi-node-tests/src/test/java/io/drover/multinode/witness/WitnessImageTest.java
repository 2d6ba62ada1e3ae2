package io.drover.multinode.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessImageTest {
  private static final Path IMAGES = Path.of("src/main/resources/images/embedded");

  @TempDir Path directory;

  @Test
  void shouldBeWhatItsSourceCompilesTo() throws IOException, InterruptedException {
    boolean isThere =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "wat2wasm")));
    assumeTrue(isThere || "true".equals(System.getenv("CI")), "wat2wasm (Debian: wabt)");
    Path rebuilt = directory.resolve("rebuilt.wasm");

    Process compiler =
        new ProcessBuilder(
                "wat2wasm",
                "--enable-threads",
                IMAGES.resolve("witness.wat").toString(),
                "-o",
                rebuilt.toString())
            .inheritIO()
            .start();

    assertThat(compiler.waitFor()).isZero();
    assertThat(IMAGES.resolve("witness.wasm")).hasSameBinaryContentAs(rebuilt);
  }
}
