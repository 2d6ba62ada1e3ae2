package io.drover.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drover.agent.embedded.EmbeddedHypervisor;
import io.drover.agent.embedded.EmbeddedLimits;
import io.drover.agent.embedded.ImageCatalog;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that come from elsewhere: all of them or nothing. */
class ImageShelfTest {
  @TempDir private Path folder;

  private final byte[] module = churn();
  private final String sha256 = sha256(module);
  private final AtomicInteger reads = new AtomicInteger();
  private Hypervisor hypervisor = newHypervisor();

  @BeforeEach
  void forgetNothing() {
    assertThat(hypervisor.images()).extracting(Hypervisor.Image::name).contains("churn");
  }

  @AfterEach
  void close() {
    hypervisor.close();
  }

  @Test
  void shouldFetchAnImageOnceHoweverManyWantIt() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    ImageShelf shelf =
        shelf((_, offset, sink) -> {
          reads.incrementAndGet();
          try {
            asked.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          sink.accept(Arrays.copyOfRange(module, (int) offset, module.length), module.length);
        });
    List<CompletableFuture<Void>> all =
        IntStream.range(0, 5)
            .mapToObj(_ -> CompletableFuture.runAsync(() -> requireUnchecked(shelf)))
            .toList();
    asked.countDown();
    all.forEach(CompletableFuture::join);

    assertThat(reads).hasValue(1);
    assertThat(files()).containsExactly(sha256);
    assertThat(hypervisor.images())
        .anySatisfy(image -> {
          assertThat(image.name()).isEqualTo("sha256:" + sha256);
          assertThat(image.usable()).isTrue();
        });
    hypervisor.close();
    hypervisor = newHypervisor();
    ImageShelf later = shelf(ImageShelfTest::mustNotBeRead);
    later.require("sha256:" + sha256); // of the agent before
  }

  @Test
  void shouldGoOnWhereTheStreamBroke() throws Exception {
    ImageShelf shelf =
        shelf((_, offset, sink) -> {
          int from = (int) offset;
          int to = Math.min(from + 500, module.length);
          reads.incrementAndGet();
          sink.accept(Arrays.copyOfRange(module, from, to), module.length);
          if (to < module.length) {
            throw new IOException("the node is gone");
          }
        });

    shelf.require("sha256:" + sha256);

    assertThat(reads).hasValue(4);
    assertThat(Files.readAllBytes(folder.resolve(sha256))).isEqualTo(module);
  }

  @Test
  void shouldKeepNothingOfAnotherContent() {
    byte[] other = module.clone();
    other[other.length - 1] ^= 1;

    HypervisorException refused = refusal((_, _, sink) -> sink.accept(other, other.length));

    assertThat(refused.kind()).isEqualTo(Kind.IMAGE_UNUSABLE);
    assertThat(refused).hasMessageContaining(sha256).hasMessageContaining(sha256(other));
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldSayThatTheDiskIsFullBeforeItIs() {
    HypervisorException refused = refusal((_, _, sink) -> sink.accept(module, Long.MAX_VALUE / 2));

    assertThat(refused.kind()).isEqualTo(Kind.INSUFFICIENT_RESOURCES);
    assertThat(refused).hasMessageContaining("free are");
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldGiveUpWhenNobodyHasItOrNothingComes() {
    assertThat(
            refusal(
                    (digest, _, _) -> {
                      throw new ImageSource.NoSuchImageException("no image with SHA-256 " + digest);
                    })
                .kind())
        .isEqualTo(Kind.IMAGE_UNUSABLE);
    assertThat(
            refusal((_, _, _) -> {
              reads.incrementAndGet();
              throw new IOException("refused");
            }))
        .hasMessageContaining("cannot be fetched: refused");
    assertThat(reads).hasValue(5);
    assertThat(refusal((_, _, sink) -> sink.accept(new byte[10], 20)))
        .hasMessageContaining("ended after 10 of 20 bytes");
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldRemoveWhatAnEarlierAgentDidNotFinish() throws IOException {
    Files.write(folder.resolve("fetch-1.part"), new byte[9]);

    var _ = shelf(ImageShelfTest::mustNotBeRead);

    assertThat(files()).isEmpty();
  }

  @Test
  void shouldNotFetchWhatNothingHereRuns() {
    byte[] text = "no image".getBytes(StandardCharsets.UTF_8);
    ImageShelf shelf = shelf((_, _, sink) -> sink.accept(text, text.length));

    HypervisorException refused =
        catchThrowableOfType(
            HypervisorException.class, () -> shelf.require("sha256:" + sha256(text)));

    assertThat(refused).hasMessageContaining("no hypervisor of this host runs");
  }

  private HypervisorException refusal(ImageSource source) {
    ImageShelf shelf = shelf(source);
    return catchThrowableOfType(HypervisorException.class, () -> shelf.require("sha256:" + sha256));
  }

  private ImageShelf shelf(ImageSource source) {
    return ImageShelf.open(folder, List.of(hypervisor), source);
  }

  private static void mustNotBeRead(String digest, long offset, ImageSource.Sink sink) {
    throw new AssertionError(digest);
  }

  private void requireUnchecked(ImageShelf shelf) {
    try {
      shelf.require("sha256:" + sha256);
    } catch (HypervisorException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> files() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Hypervisor newHypervisor() {
    try {
      return new EmbeddedHypervisor(ImageCatalog.bundled(), EmbeddedLimits.of(ByteSize.ofMib(256)));
    } catch (HypervisorException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] churn() {
    try (InputStream in = ImageShelfTest.class.getResourceAsStream("/images/churn.wasm")) {
      return Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
