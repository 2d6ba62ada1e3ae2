package io.drover.agent.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.guest.Hypervisor.Image;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.image.Sha256;
import io.drover.agent.qemu.image.ImageManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuImagesTest {
  @TempDir private Path directory;
  private Path image;

  @BeforeEach
  void writeImage() throws IOException {
    image = Files.createDirectory(directory.resolve("tiny"));
    byte[] kernel = new byte[4096];
    System.arraycopy("HdrS".getBytes(StandardCharsets.US_ASCII), 0, kernel, 0x202, 4);
    Files.write(image.resolve("vmlinuz"), kernel);
    Files.write(image.resolve("initrd.img"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
    describe();
  }

  private void describe() throws IOException {
    new ImageManifest(
            ImageManifest.FORMAT, "tiny", 64, "quiet", content("vmlinuz"), content("initrd.img"))
        .write(image);
  }

  private ImageManifest.Content content(String name) throws IOException {
    Path file = image.resolve(name);
    return new ImageManifest.Content(name, Files.size(file), Sha256.of(file));
  }

  private Image only() throws HypervisorException {
    var found = new QemuImages(directory).list();
    assertThat(found).hasSize(1);
    return found.getFirst().listing();
  }

  @Test
  void shouldListAnImageWhoseFilesAreWhatItsManifestSays() throws Exception {
    Image found = only();
    assertThat(found.usable()).as(found.reason()).isTrue();
    assertThat(found.name()).isEqualTo("tiny");
    assertThat(found.sizeBytes()).isEqualTo(4100);
    assertThat(found.minMemoryBytes()).isEqualTo(64L << 20);
    assertThat(found.sha256()).hasSize(64);
  }

  @Test
  void shouldRefuseATruncatedFileWithBothSizes() throws Exception {
    Path kernel = image.resolve("vmlinuz");
    Files.write(kernel, Arrays.copyOf(Files.readAllBytes(kernel), 1000));
    assertThat(only().usable()).isFalse();
    assertThat(only().reason()).contains("vmlinuz").contains("1000").contains("4096");
  }

  @Test
  void shouldRefuseAFileWithOneOtherByte() throws Exception {
    Path kernel = image.resolve("vmlinuz");
    byte[] bytes = Files.readAllBytes(kernel);
    bytes[3000] ^= 1;
    Files.write(kernel, bytes);
    assertThat(only().reason()).contains("SHA-256");
  }

  @Test
  void shouldRefuseWhatIsNoKernelHoweverItIsDescribed() throws Exception {
    Files.write(image.resolve("vmlinuz"), new byte[4096]);
    describe();
    assertThat(only().reason()).contains("not a Linux kernel");
    assertThatThrownBy(() -> new QemuImages(directory).require("tiny"))
        .isInstanceOfSatisfying(
            HypervisorException.class,
            e -> assertThat(e.kind()).isEqualTo(HypervisorException.Kind.IMAGE_UNUSABLE));
  }

  @Test
  void shouldRefuseAManifestItCannotReadButListTheOthers() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(other.resolve(ImageManifest.FILE_NAME), "{\"format\": 1, \"colour\": 3}");
    var found = new QemuImages(directory).list();
    assertThat(found).extracting(each -> each.listing().name()).containsExactly("other", "tiny");
    assertThat(found).extracting(each -> each.listing().usable()).containsExactly(false, true);
    assertThat(found.getFirst().listing().reason()).contains("colour");
  }

  @Test
  void shouldTellADiskFromAFileThatIsOnlyCalledOne() throws Exception {
    Files.write(
        directory.resolve("real.qcow2"), new byte[] {'Q', 'F', 'I', (byte) 0xfb, 0, 0, 0, 2});
    Files.writeString(directory.resolve("fake.qcow2"), "not a disk");
    var found = new QemuImages(directory).list();
    assertThat(found)
        .extracting(each -> each.listing().name())
        .containsExactly("fake", "real", "tiny");
    assertThat(found)
        .extracting(each -> each.listing().usable())
        .containsExactly(false, true, true);
  }
}
