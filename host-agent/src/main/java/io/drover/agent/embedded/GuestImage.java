package io.drover.agent.embedded;

import com.dylibso.chicory.runtime.Memory;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.image.Sha256;
import io.drover.config.units.ByteSize;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An image of this host, usable or not.
 *
 * @param program null when it is not usable
 * @param reason why not; empty when it is
 */
record GuestImage(ImageManifest.Entry entry, @Nullable GuestProgram program, String reason) {
  /** The largest address the compiled code can reach, less one page of 64 KiB. */
  private static final long MEMORY_LIMIT_BYTES = (1L << 31) - Memory.PAGE_SIZE;

  static final Hypervisor.MemoryRule MEMORY_RULE =
      new Hypervisor.MemoryRule(new ByteSize(Memory.PAGE_SIZE), new ByteSize(MEMORY_LIMIT_BYTES));

  /** Holds the file's bytes against its manifest entry. */
  static GuestImage check(ImageManifest.Entry entry, byte[] wasm) {
    if (wasm.length != entry.sizeBytes()) {
      return unusable(
          entry, "it has %d bytes; the manifest says %d".formatted(wasm.length, entry.sizeBytes()));
    }
    String sha256 = Sha256.of(wasm);
    if (!sha256.equals(entry.sha256())) {
      return unusable(
          entry, "its sha-256 is %s; the manifest says %s".formatted(sha256, entry.sha256()));
    }
    try {
      return new GuestImage(entry, GuestProgram.parse(wasm), "");
    } catch (IllegalArgumentException e) {
      return unusable(entry, e.getMessage());
    }
  }

  static GuestImage unusable(ImageManifest.Entry entry, @Nullable String reason) {
    return new GuestImage(entry, null, reason == null ? "unknown" : reason);
  }

  Hypervisor.Image view() {
    return new Hypervisor.Image(
        entry.name(),
        entry.sizeBytes(),
        entry.sha256(),
        minMemoryBytes(),
        program != null,
        reason,
        entry.imageArguments());
  }

  GuestProgram requireProgram() throws HypervisorException {
    if (program == null) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE, "image " + entry.name() + " cannot be used: " + reason);
    }
    return program;
  }

  /** Whether this image can run in so much memory. */
  void requireMemory(ByteSize memory) throws HypervisorException {
    long bytes = memory.bytes();
    if (bytes < minMemoryBytes()) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE,
          "image %s needs at least %s of memory; the VM has %s"
              .formatted(entry.name(), new ByteSize(minMemoryBytes()), memory));
    }
    long most = Math.min(MEMORY_LIMIT_BYTES, requireProgram().maxMemoryBytes());
    if (bytes > most) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE,
          "image %s can use at most %s of memory; the VM has %s"
              .formatted(entry.name(), new ByteSize(most), memory));
    }
    if (bytes % Memory.PAGE_SIZE != 0) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE,
          "an embedded guest's memory is a multiple of 64 KiB; the VM has " + bytes + " bytes");
    }
  }

  /** Every declared argument as the image sees it. */
  Map<String, Long> arguments(GuestSpec spec) throws HypervisorException {
    if (!entry.hasManifest()) {
      return undeclaredArguments(spec);
    }
    for (String name : spec.arguments().keySet()) {
      if (!entry.arguments().containsKey(name)) {
        throw new HypervisorException(
            Kind.FAILED,
            "image %s has no argument %s; it has %s"
                .formatted(entry.name(), name, new TreeMap<>(entry.arguments()).keySet()));
      }
    }
    Map<String, Long> values = new TreeMap<>();
    for (var declared : entry.arguments().entrySet()) {
      ImageManifest.Argument argument = declared.getValue();
      String text = spec.arguments().getOrDefault(declared.getKey(), argument.defaultValue());
      try {
        values.put(declared.getKey(), argument.parse(text));
      } catch (IllegalArgumentException e) {
        throw new HypervisorException(
            Kind.FAILED,
            "argument %s of image %s %s".formatted(declared.getKey(), entry.name(), e.getMessage()),
            e);
      }
    }
    return Map.copyOf(values);
  }

  private Map<String, Long> undeclaredArguments(GuestSpec spec) throws HypervisorException {
    Map<String, Long> values = new TreeMap<>();
    for (var argument : spec.arguments().entrySet()) {
      try {
        values.put(argument.getKey(), Long.parseLong(argument.getValue()));
      } catch (NumberFormatException e) {
        throw new HypervisorException(
            Kind.FAILED,
            "argument %s of image %s must be a whole number, as the image came without a manifest: %s"
                .formatted(argument.getKey(), entry.name(), argument.getValue()),
            e);
      }
    }
    return Map.copyOf(values);
  }

  private long minMemoryBytes() {
    return Math.max(entry.minMemoryBytes(), program == null ? 0 : program.minMemoryBytes());
  }
}
