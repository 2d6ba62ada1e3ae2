package io.drover.agent.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.settings.QemuSettings.Accel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceleratorTest {
  @TempDir private Path directory;

  private Path cpu(String flags) throws IOException {
    return Files.writeString(
        directory.resolve("cpuinfo"), "model name\t: a vmx\nflags\t\t: " + flags + "\n");
  }

  @Test
  void shouldUseKvmOnlyWhereTheProcessorShowsItAndTheDeviceOpens() throws IOException {
    Path device = Files.createFile(directory.resolve("kvm"));
    Path none = directory.resolve("none");
    assertThat(Accelerator.choose(Accel.AUTO, cpu("fpu vmx sse"), device).name()).isEqualTo("kvm");
    assertThat(Accelerator.choose(Accel.AUTO, cpu("fpu svm"), device).name()).isEqualTo("kvm");
    assertThat(Accelerator.choose(Accel.AUTO, cpu("fpu sse"), device).name()).isEqualTo("tcg");
    assertThat(Accelerator.choose(Accel.AUTO, cpu("fpu vmx"), none).name()).isEqualTo("tcg");
  }

  @Test
  void shouldSayWhyKvmThatWasAskedForCannotBeUsed() throws IOException {
    Path none = directory.resolve("none");
    assertThat(Accelerator.choose(Accel.KVM, cpu("fpu"), none).obstacle()).contains("vmx");
    assertThat(Accelerator.choose(Accel.KVM, cpu("vmx"), none).obstacle()).contains("none");
    assertThat(Accelerator.choose(Accel.TCG, cpu("fpu"), none).obstacle()).isEmpty();
  }
}
