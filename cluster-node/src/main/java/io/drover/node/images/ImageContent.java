package io.drover.node.images;

import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.agent.embedded.GuestModules;
import io.drover.config.units.ByteSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells images by their content, and whether all of one is there. Everything but a WebAssembly
 * module is told by its first piece and its size. Pure.
 */
final class ImageContent {
  private static final int ELF_MAGIC = 0x7f454c46;
  private static final int QCOW2_MAGIC = 0x514649fb;
  private static final int BZIMAGE_MAGIC_AT = 0x202;
  private static final int BZIMAGE_MAGIC = 0x53726448; // "HdrS", little endian
  private static final int HEAD_SHOWN = 16;
  private static final ByteSize KERNEL_MIN_MEMORY = ByteSize.ofMib(64);

  private ImageContent() {}

  /** What the first bytes promise; refused when they promise nothing that is known. */
  static ImageFormat format(byte[] head) {
    if (GuestModules.isModule(head)) {
      return ImageFormat.WEBASSEMBLY;
    }
    if (head.length >= 4) {
      int magic = ByteBuffer.wrap(head).getInt();
      if (magic == ELF_MAGIC) {
        return ImageFormat.ELF;
      }
      if (magic == QCOW2_MAGIC) {
        return ImageFormat.QCOW2;
      }
    }
    if (head.length >= BZIMAGE_MAGIC_AT + 4
        && little(head).getInt(BZIMAGE_MAGIC_AT) == BZIMAGE_MAGIC) {
      return ImageFormat.BZIMAGE;
    }
    String start = HexFormat.of().formatHex(head, 0, Math.min(HEAD_SHOWN, head.length));
    throw unusable(
        "it is neither WebAssembly, nor a Linux kernel (bzImage or ELF), nor a qcow2 disk: it starts with %s"
            .formatted(start.isEmpty() ? "nothing" : start));
  }

  /**
   * Checks a module.
   *
   * @return the memory it needs
   */
  static ByteSize requireModule(byte[] wasm) {
    try {
      return new ByteSize(GuestModules.requireRunnable(wasm));
    } catch (IllegalArgumentException e) {
      throw unusable("the module cannot run: " + e.getMessage());
    }
  }

  /**
   * Checks a kernel or disk by its head.
   *
   * @return the memory it needs
   */
  static ByteSize requireWhole(ImageFormat format, byte[] head, long size) {
    Optional<String> wrong;
    try {
      wrong =
          switch (format) {
            case ELF -> elf(head, size);
            case BZIMAGE -> bzImage(head, size);
            case QCOW2 -> qcow2(head, size);
            case WEBASSEMBLY -> throw new IllegalStateException("read as a whole");
          };
    } catch (IndexOutOfBoundsException e) {
      wrong = Optional.of("it is truncated within its header: it has %d bytes".formatted(size));
    }
    if (wrong.isPresent()) {
      throw unusable("the %s cannot be used: %s".formatted(format.words(), wrong.get()));
    }
    return KERNEL_MIN_MEMORY;
  }

  private static Optional<String> elf(byte[] head, long size) {
    ByteBuffer elf = little(head);
    if (elf.get(4) != 2 || elf.get(5) != 1 || elf.getShort(18) != 62) {
      return Optional.of(
          "it must be 64-bit, little endian and for x86-64 (class 2, data 1, machine 62), not class %d, data %d, machine %d"
              .formatted(elf.get(4), elf.get(5), elf.getShort(18)));
    }
    long headers = elf.getLong(32);
    int headerSize = Short.toUnsignedInt(elf.getShort(54));
    int count = Short.toUnsignedInt(elf.getShort(56));
    if (count == 0) {
      return Optional.of("it has no program to load");
    }
    Optional<String> wrong = truncated(headers, (long) count * headerSize, size);
    for (int i = 0; i < count && wrong.isEmpty(); i++) {
      int at = (int) Math.min(headers + (long) i * headerSize, head.length);
      wrong =
          truncated(elf.getLong(at + 8), elf.getLong(at + 32), size); // offset, size in the file
    }
    return wrong;
  }

  private static Optional<String> bzImage(byte[] head, long size) {
    ByteBuffer setup = little(head);
    int version = Short.toUnsignedInt(setup.getShort(0x206));
    if (version < 0x20c || (setup.getShort(0x236) & 1) == 0) {
      return Optional.of(
          "it must be for x86-64 (boot protocol 2.12 or later, 64-bit entry), not boot protocol %d.%d"
              .formatted(version >> 8, version & 0xff));
    }
    int sectors = Byte.toUnsignedInt(setup.get(0x1f1));
    long code = Integer.toUnsignedLong(setup.getInt(0x1f4)) * 16;
    return truncated((sectors == 0 ? 5 : sectors + 1) * 512L, code, size);
  }

  private static Optional<String> qcow2(byte[] head, long size) {
    ByteBuffer disk = ByteBuffer.wrap(head);
    int version = disk.getInt(4);
    int clusterBits = disk.getInt(20);
    if (version < 2 || version > 3 || clusterBits < 9 || clusterBits > 21) {
      return Optional.of(
          "it must be of version 2 or 3 with clusters of 512 bytes to 2 MiB, not version %d with 2^%d bytes"
              .formatted(version, clusterBits));
    }
    if (disk.getLong(8) != 0) {
      return Optional.of("it depends on a backing file");
    }
    long table = Integer.toUnsignedLong(disk.getInt(36)) * 8;
    long refcounts = Integer.toUnsignedLong(disk.getInt(56)) << clusterBits;
    return truncated(disk.getLong(40), table, size)
        .or(() -> truncated(disk.getLong(48), refcounts, size));
  }

  /** Offset and length are any numbers: adding them could overflow. */
  private static Optional<String> truncated(long offset, long length, long size) {
    return offset < 0 || length < 0 || offset > size - length
        ? Optional.of(
            "it is truncated: its header speaks of %s bytes from %s on, it has %d"
                .formatted(Long.toUnsignedString(length), Long.toUnsignedString(offset), size))
        : Optional.empty();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static RefusedException unusable(String detail) {
    return unusable(detail, Map.of());
  }

  static RefusedException unusable(String detail, Map<String, String> facts) {
    return new RefusedException(new Refusal(Refusal.Kind.UNUSABLE_IMAGE, detail, facts, List.of()));
  }
}
