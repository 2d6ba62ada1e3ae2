package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.guest.HypervisorException;
import io.drover.transfer.TransferException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SavedStateTest {
  private static final SavedState STATE =
      new SavedState(
          "ab".repeat(32),
          1 << 20,
          new GuestClock.Reading(123_456, 789),
          new long[] {1, 0, -1, Long.MIN_VALUE},
          List.of(new byte[] {1}, new byte[] {2, 3}),
          "\0offset:console".getBytes(StandardCharsets.UTF_8));

  private final byte[] encoded = bytesOf(STATE);

  @Test
  void shouldReadWhatItWroteAndNotAByteMore() throws HypervisorException, TransferException {
    LoopbackChannel channel = new LoopbackChannel(encoded);
    channel.write(ByteBuffer.wrap(new byte[] {42}));

    SavedState read = SavedState.read(channel);

    assertThat(read).usingRecursiveComparison().isEqualTo(STATE);
    ByteBuffer rest = ByteBuffer.allocate(10);
    assertThat(channel.read(rest)).isEqualTo(1);
    assertThat(rest.get(0)).isEqualTo((byte) 42);
  }

  @Test
  void shouldRefuseEveryTruncation() {
    for (int length = 0; length < encoded.length; length++) {
      byte[] truncated = Arrays.copyOf(encoded, length);
      assertThatThrownBy(() -> SavedState.read(new LoopbackChannel(truncated)))
          .isInstanceOf(HypervisorException.class)
          .hasMessageContaining("it ends after");
    }
  }

  @Test
  void shouldRefuseEveryFlippedBitBehindItsLength() {
    for (int bit = 32; bit < encoded.length * 8; bit++) {
      byte[] damaged = encoded.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> SavedState.read(new LoopbackChannel(damaged)))
          .as("bit %s", bit)
          .isInstanceOf(HypervisorException.class)
          .hasMessageContaining("unusable");
    }
  }

  @Test
  void shouldRefuseAnotherVersionByItsNumber() {
    byte[] newer = encoded.clone();
    newer[9] = 2;

    assertThatThrownBy(() -> SavedState.read(new LoopbackChannel(newer)))
        .hasMessageContaining("it has version 2; this agent reads version 1");
  }

  @Test
  void shouldRefuseALengthThatCannotBe() {
    for (int length : new int[] {0, 12, -5, Integer.MAX_VALUE}) {
      byte[] bytes = ByteBuffer.allocate(8).putInt(length).array();
      assertThatThrownBy(() -> SavedState.read(new LoopbackChannel(bytes)))
          .hasMessageContaining("a length of " + length);
    }
  }

  private static byte[] bytesOf(SavedState state) {
    ByteBuffer buffer = state.encode();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
