package io.drover.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.transfer.OutboundTransfer.FinalReport;
import io.drover.transfer.OutboundTransfer.RoundReport;
import io.drover.transfer.TransferFixture.ScannedGuest;
import io.drover.transfer.TransferFixture.TrackedGuest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory as it arrives when nothing goes wrong. */
class MemoryTransferTest {
  private static final int PAGES = 8_192;
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir static Path directory;
  private static TransferEngine source;
  private static TransferEngine target;

  private final Arena arena = Arena.ofShared();

  @BeforeAll
  static void launch() {
    source = TransferFixture.engine(directory);
    target = TransferFixture.engine(directory);
  }

  @AfterAll
  static void close() {
    source.close();
    target.close();
  }

  @Test
  void shouldMoveTheMemoryOfAGuestThatKeepsWriting() throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, PAGES);
    TransferFixture.fillHalf(memory, 1);
    TrackedGuest guest = new TrackedGuest(memory);
    MemorySegment copy = TransferFixture.memory(arena, PAGES);
    AtomicBoolean running = new AtomicBoolean(true);
    SplittableRandom random = new SplittableRandom(2);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              while (running.get()) {
                guest.write(random.nextInt(PAGES), 8 * random.nextInt(512), random.nextLong());
                if (random.nextInt(64) == 0) {
                  guest.clear(random.nextInt(PAGES));
                }
              }
            });

    try (InboundTransfer in = target.receive("exact", copy);
        OutboundTransfer out = source.send(in.ticket(), guest, TransferFixture.options("exact"))) {
      RoundReport first = out.sendRound();
      RoundReport second = out.sendRound();
      running.set(false);
      writer.join();
      FinalReport last = out.sendFinal(DEADLINE);

      assertThat(first.round()).isZero();
      assertThat(first.sentPages() + first.zeroPages()).isEqualTo(PAGES);
      assertThat(first.remainingPages()).isPositive();
      assertThat(second.round()).isEqualTo(1);
      assertThat(in.memoryComplete().get(20, TimeUnit.SECONDS)).isEqualTo(last.digest());
      assertThat(memory.mismatch(copy)).isEqualTo(-1);
    }
  }

  @Test
  void shouldFindTheChangesOfAGuestThatNobodyTracks() throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, PAGES);
    TransferFixture.fillHalf(memory, 3);
    MemorySegment copy = TransferFixture.memory(arena, PAGES);

    try (InboundTransfer in = target.receive("scan", copy);
        OutboundTransfer out =
            source.send(in.ticket(), new ScannedGuest(memory), TransferFixture.options("scan"))) {
      RoundReport first = out.sendRound();
      memory.set(ValueLayout.JAVA_BYTE, 17L * TransferFixture.PAGE + 5, (byte) 1);
      RoundReport second = out.sendRound();
      memory.asSlice(0, TransferFixture.PAGE).fill((byte) 0);
      memory.set(ValueLayout.JAVA_BYTE, memory.byteSize() - 1, (byte) 1);
      FinalReport last = out.sendFinal(DEADLINE);

      assertThat(first.zeroPages()).isEqualTo(PAGES / 2);
      assertThat(second.sentPages()).isEqualTo(1);
      assertThat(second.zeroPages()).isZero();
      assertThat(last.finalPages()).isEqualTo(2);
      assertThat(in.memoryComplete().get(20, TimeUnit.SECONDS)).isEqualTo(last.digest());
      assertThat(memory.mismatch(copy)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lan", "jumbo", "wan"})
  void shouldMoveMemoryOverEveryKindOfLink(String profile) throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, PAGES / 4);
    TransferFixture.fillHalf(memory, 4);
    MemorySegment copy = TransferFixture.memory(arena, PAGES / 4);
    String key = "profile=" + profile;

    try (TransferEngine from = TransferFixture.engine(directory, key);
        TransferEngine to = TransferFixture.engine(directory, key);
        InboundTransfer in = to.receive(profile, copy);
        OutboundTransfer out =
            from.send(in.ticket(), new ScannedGuest(memory), TransferFixture.options(profile))) {
      out.sendRound();
      memory.set(ValueLayout.JAVA_BYTE, 5, (byte) 77);
      FinalReport last = out.sendFinal(DEADLINE);

      assertThat(last.finalPages()).isEqualTo(1);
      assertThat(in.memoryComplete().get(20, TimeUnit.SECONDS)).isEqualTo(last.digest());
      assertThat(memory.mismatch(copy)).isEqualTo(-1);
    }
  }
}
