package io.drover.node.images;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.RefusedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers are anybody's: no number in them may be believed. */
final class ImageContentTest {
  private static final int SIZE = 4096;
  private static final long MAX = Long.MAX_VALUE;

  @ParameterizedTest
  @CsvSource({
    "64, 0, 5000", // a segment longer than the file
    "64, " + MAX + ", 1",
    "64, 1, " + MAX,
    "64, " + MAX + ", " + MAX,
    "64, -1, 2",
    MAX + ", 0, 0", // the table of the segments
    "1099511627776, 0, 0",
    "-64, 0, 0"
  })
  void shouldRefuseAKernelThatPointsOutsideItself(long table, long offset, long length) {
    byte[] head = new byte[SIZE];
    ByteBuffer elf = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(4, (byte) 2).put(5, (byte) 1).putShort(18, (short) 62);
    elf.putLong(32, table).putShort(54, (short) 56).putShort(56, (short) 1);
    elf.putLong(64 + 8, offset).putLong(64 + 32, length);

    assertRefused(ImageFormat.ELF, head);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", MAX + ", 0", "0, -1", "0, " + MAX})
  void shouldRefuseADiskThatPointsOutsideItself(long table, long refcounts) {
    byte[] head = new byte[SIZE];
    ByteBuffer disk = ByteBuffer.wrap(head);
    disk.putInt(4, 3).putInt(20, 9).putInt(36, 1).putLong(40, table);
    disk.putLong(48, refcounts).putInt(56, 1);

    assertRefused(ImageFormat.QCOW2, head);
  }

  private static void assertRefused(ImageFormat format, byte[] head) {
    assertThatThrownBy(() -> ImageContent.requireWhole(format, head, SIZE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("truncated");
  }
}
