package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.image.Sha256;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hypervisor lists and refuses. */
class EmbeddedHypervisorTest {
  private final EmbeddedHypervisor hypervisor = TestGuests.bundled();
  @TempDir Path directory;

  @AfterEach
  void close() {
    hypervisor.close();
  }

  @Test
  void shouldListTheBundledImagesAsUsable() {
    assertThat(hypervisor.images())
        .extracting(Hypervisor.Image::name, Hypervisor.Image::usable)
        .containsExactly(tuple("pulse"), tuple("churn"), tuple("echo"));
    assertThat(hypervisor.support().available()).isTrue();
    assertThat(hypervisor.support().version()).matches("chicory \\d+\\.\\d+\\.\\d+");
  }

  @Test
  void shouldSayWhyAnImageCannotBeUsed() throws IOException, HypervisorException {
    byte[] good = TestGuests.wasm("busy");
    write("text", "MZ is not wasm".getBytes(StandardCharsets.UTF_8));
    write("short", good);
    write("other", good);
    write("cut", Arrays.copyOf(good, good.length - 20));
    List<Map<String, Object>> entries =
        List.of(
            entryOf("text"),
            TestGuests.entry("short", good.length + 1L, Sha256.of(good)),
            TestGuests.entry("other", good.length, "00".repeat(32)),
            entryOf("cut"),
            TestGuests.entry("absent", 1, "00".repeat(32)));
    TestGuests.writeManifest(directory, entries);

    ImageCatalog catalog = ImageCatalog.withDirectory(directory);

    assertThat(reason(catalog, "text")).contains("it is not WebAssembly");
    assertThat(reason(catalog, "short"))
        .contains("it has " + good.length + " bytes; the manifest says " + (good.length + 1));
    assertThat(reason(catalog, "other")).contains("its sha-256 is").contains("00000000");
    assertThat(reason(catalog, "cut")).contains("it is truncated or malformed");
    assertThat(reason(catalog, "absent")).contains("cannot read absent.wasm");
    assertThat(reason(catalog, "pulse")).isEmpty();
    try (var withBad = new EmbeddedHypervisor(catalog, TestGuests.LIMITS)) {
      assertRefused(
          withBad, TestGuests.spec("cut"), Kind.IMAGE_UNUSABLE, "image cut cannot be used");
    }
  }

  @Test
  void shouldSayWhyAModuleIsNotAGuest() throws HypervisorException {
    ImageCatalog catalog = ImageCatalog.withDirectory(TestGuests.install(directory));

    assertThat(reason(catalog, "no-slice")).contains("exports no function slice(i64) -> i64");
    assertThat(reason(catalog, "stranger")).contains("imports drover.launch");
    assertThat(reason(catalog, "hidden-state")).contains("it uses TABLE_SET");
    assertThat(reason(catalog, "busy")).isEmpty();
  }

  @Test
  void shouldRefuseADirectoryWithoutAManifest() {
    assertThatExceptionOfType(HypervisorException.class)
        .isThrownBy(() -> ImageCatalog.withDirectory(directory))
        .withMessageContaining("images.json");
  }

  @Test
  void shouldRefuseAnUnknownImageByNamingTheKnownOnes() {
    assertRefused(
        hypervisor, TestGuests.spec("linux"), Kind.IMAGE_UNUSABLE, "[pulse, churn, echo]");
  }

  @Test
  void shouldRefuseMemoryThatDoesNotSuitTheImage() throws HypervisorException {
    assertRefused(
        hypervisor, pulse(new ByteSize(65536)), Kind.IMAGE_UNUSABLE, "needs at least 1 MiB");
    assertRefused(
        hypervisor,
        pulse(new ByteSize((1 << 20) + 4096)),
        Kind.IMAGE_UNUSABLE,
        "multiple of 64 KiB");
    assertRefused(hypervisor, pulse(ByteSize.ofMib(4096)), Kind.IMAGE_UNUSABLE, "can use at most");
    ImageCatalog catalog = ImageCatalog.withDirectory(TestGuests.install(directory));
    try (var withBig = new EmbeddedHypervisor(catalog, TestGuests.LIMITS)) {
      GuestSpec small = TestGuests.spec("big", 1000, ByteSize.ofMib(1), Map.of());
      assertRefused(withBig, small, Kind.IMAGE_UNUSABLE, "needs at least 2 MiB");
      GuestSpec large = TestGuests.spec("big", 1000, ByteSize.ofMib(5), Map.of());
      assertRefused(withBig, large, Kind.IMAGE_UNUSABLE, "can use at most 4 MiB");
    }
  }

  @Test
  void shouldRefuseMoreMemoryThanIsLeftAndGiveItBackOnDestroy() throws HypervisorException {
    Guest first = hypervisor.boot(pulse(ByteSize.ofMib(500)), GuestListener.NONE);
    assertRefused(
        hypervisor,
        pulse(ByteSize.ofMib(13)),
        Kind.INSUFFICIENT_RESOURCES,
        "needs 13 MiB of memory; embedded guests may use 512 MiB here, of which 500 MiB are taken");

    first.destroy();
    first.destroy();

    assertThat(hypervisor.usedMemory()).isEqualTo(ByteSize.ZERO);
    hypervisor.incoming(pulse(ByteSize.ofMib(512)), GuestListener.NONE);
    assertThat(hypervisor.usedMemory()).isEqualTo(ByteSize.ofMib(512));
  }

  @Test
  void shouldRefuseArgumentsTheImageDoesNotKnow() {
    assertRefused(
        hypervisor,
        pulse(Map.of("page", "3")),
        Kind.FAILED,
        "has no argument page; it has [pages]");
    assertRefused(
        hypervisor,
        pulse(Map.of("pages", "many")),
        Kind.FAILED,
        "argument pages of image pulse must be a whole number from 1 to 524288: many");
    GuestSpec churn =
        TestGuests.spec("churn", 1000, TestGuests.MEMORY, Map.of("pattern", "spiral"));
    assertRefused(
        hypervisor, churn, Kind.FAILED, "must be one of [sequential, random, zipf]: spiral");
    assertThat(hypervisor.usedMemory()).isEqualTo(ByteSize.ZERO);
  }

  @Test
  void shouldRefuseAGuestWithoutCpu() {
    GuestSpec idle = TestGuests.spec("pulse", 0, TestGuests.MEMORY, Map.of());

    assertRefused(hypervisor, idle, Kind.INSUFFICIENT_RESOURCES, "CPU share of 0");
  }

  @Test
  void shouldAdoptNothingBecauseItsGuestsEndWithTheAgent() {
    assertThat(hypervisor.adopt(GuestListener.NONE)).isEmpty();
  }

  @Test
  void shouldEndAllGuestsWhenItCloses() throws HypervisorException {
    Guest guest = hypervisor.boot(pulse(ByteSize.ofMib(1)), GuestListener.NONE);
    guest.resume();

    hypervisor.close();

    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThat(hypervisor.usedMemory()).isEqualTo(ByteSize.ZERO);
  }

  private static GuestSpec pulse(ByteSize memory) {
    return TestGuests.spec("pulse", 1000, memory, Map.of());
  }

  private static GuestSpec pulse(Map<String, String> arguments) {
    return TestGuests.spec("pulse", 1000, TestGuests.MEMORY, arguments);
  }

  private static void assertRefused(
      EmbeddedHypervisor by, GuestSpec spec, Kind kind, String message) {
    assertThatExceptionOfType(HypervisorException.class)
        .isThrownBy(() -> by.boot(spec, GuestListener.NONE))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private static String reason(ImageCatalog catalog, String name) throws HypervisorException {
    return catalog.require(name).view().reason();
  }

  private static Tuple tuple(String name) {
    return Tuple.tuple(name, true);
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(directory.resolve(name + ".wasm"), bytes);
  }

  private Map<String, Object> entryOf(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(name + ".wasm"));
    return TestGuests.entry(name, bytes.length, Sha256.of(bytes));
  }
}
