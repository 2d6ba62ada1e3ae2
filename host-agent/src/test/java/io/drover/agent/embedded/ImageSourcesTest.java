package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That each committed .wasm is what its source beside it compiles to. */
class ImageSourcesTest {
  private static final String MISSING =
      "wat2wasm is not on the PATH; it comes with Debian's package wabt: apt-get install wabt";

  @TempDir Path directory;

  static Stream<String> sources() throws IOException {
    List<String> names = new ArrayList<>();
    for (String resources : List.of("src/main/resources/images", "src/test/resources/guests")) {
      try (Stream<Path> files = Files.list(Path.of(resources))) {
        files.map(Path::toString).filter(name -> name.endsWith(".wat")).forEach(names::add);
      }
    }
    return names.stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void shouldCompileToTheBytesCommittedBesideIt(String source)
      throws IOException, InterruptedException {
    if (onPath("wat2wasm").isEmpty()) {
      missing();
    }
    Path rebuilt = directory.resolve("rebuilt.wasm");

    Process compiler =
        new ProcessBuilder("wat2wasm", "--enable-threads", source, "-o", rebuilt.toString())
            .redirectErrorStream(true)
            .start();

    try (InputStream output = compiler.getInputStream()) {
      assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    }
    assertThat(compiler.waitFor()).isZero();
    assertThat(Path.of(source.replace(".wat", ".wasm"))).hasSameBinaryContentAs(rebuilt);
  }

  @Test
  void shouldListEverySourceInTheManifest() throws Exception {
    List<String> listed =
        ImageCatalog.bundled().all().stream().map(image -> image.entry().file()).sorted().toList();
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/images"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString).filter(f -> f.endsWith(".wasm")))
          .containsExactlyInAnyOrderElementsOf(listed);
    }
    assertThat(ImageCatalog.bundled().all()).allSatisfy(i -> assertThat(i.reason()).isEmpty());
  }

  /** On a build server nothing may be left out; on a developer's machine it is said why. */
  private static void missing() {
    if ("true".equals(System.getenv("CI"))) {
      fail(MISSING);
    }
    abort(MISSING);
  }

  private static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
