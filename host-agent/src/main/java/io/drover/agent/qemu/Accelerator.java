package io.drover.agent.qemu;

import io.drover.config.settings.QemuSettings.Accel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * What executes guest instructions on this host.
 *
 * @param name {@code kvm} or {@code tcg}
 * @param obstacle why it cannot be used; empty when it can
 */
record Accelerator(String name, String obstacle) {
  private static final Path CPU_FLAGS = Path.of("/proc/cpuinfo");
  private static final Path KVM_DEVICE = Path.of("/dev/kvm");

  /** Decides by what the processor shows and which devices open, never by a device's existence. */
  static Accelerator choose(Accel wanted) {
    return choose(wanted, CPU_FLAGS, KVM_DEVICE);
  }

  static Accelerator choose(Accel wanted, Path cpuFlags, Path kvmDevice) {
    return switch (wanted) {
      case TCG -> new Accelerator("tcg", "");
      case KVM -> new Accelerator("kvm", kvmObstacle(cpuFlags, kvmDevice));
      case AUTO ->
          kvmObstacle(cpuFlags, kvmDevice).isEmpty()
              ? new Accelerator("kvm", "")
              : new Accelerator("tcg", "");
    };
  }

  private static String kvmObstacle(Path cpuFlags, Path kvmDevice) {
    try (Stream<String> lines = Files.lines(cpuFlags)) {
      if (lines.noneMatch(line -> line.matches("flags\\s*:.*\\b(vmx|svm)\\b.*"))) {
        return "the processor shows neither vmx nor svm";
      }
    } catch (IOException e) {
      return cpuFlags + " cannot be read: " + e;
    }
    try (FileChannel _ =
        FileChannel.open(kvmDevice, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return "";
    } catch (IOException e) {
      return kvmDevice + " cannot be opened: " + e;
    }
  }
}
