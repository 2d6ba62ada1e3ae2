package io.drover.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drover.config.units.DataRate;
import io.drover.transfer.OutboundTransfer.FinalReport;
import io.drover.transfer.OutboundTransfer.RoundReport;
import io.drover.transfer.TransferFixture.ScannedGuest;
import io.drover.transfer.TransferFixture.TrackedGuest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers over a network that loses things. */
class OutageTest {
  private static final int PAGES = 8_192;
  private static final long SEED = 42;
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final String LIVENESS = "peer-liveness=700ms";
  private static final String KEEPALIVE = "keepalive-interval=100ms";

  @TempDir Path directory;
  private final Arena arena = Arena.ofShared();
  private TransferEngine source;
  private TransferEngine target;
  private UdpRelay network;

  @BeforeEach
  void launch() throws Exception {
    source = TransferFixture.engine(directory, LIVENESS, KEEPALIVE);
    target = TransferFixture.engine(directory, LIVENESS, KEEPALIVE);
    network = new UdpRelay(target.endpoint(), SEED);
  }

  @AfterEach
  void close() throws Exception {
    source.close();
    target.close();
    network.close();
  }

  @Test
  void shouldGoOnWhereTheTargetWasWhenTheNetworkComesBack() throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, PAGES);
    TransferFixture.fillHalf(memory, 1);
    MemorySegment copy = TransferFixture.memory(arena, PAGES);
    network.cutAfter(5 << 20);

    try (InboundTransfer in = target.receive("cut", copy);
        OutboundTransfer out =
            source.send(
                network.via(in.ticket()),
                new ScannedGuest(memory),
                TransferFixture.options("cut"))) {
      CompletableFuture<RoundReport> round = CompletableFuture.supplyAsync(() -> round(out));
      await().until(network::isCut);
      // Longer than the liveness: Aeron alone could not heal it.
      await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
      network.restore();
      RoundReport first = round.get(30, TimeUnit.SECONDS);
      FinalReport last = out.sendFinal(DEADLINE);

      assertThat(first.sentPages()).isBetween(PAGES / 2L, PAGES * 3L / 4);
      assertThat(in.memoryComplete().get(20, TimeUnit.SECONDS)).isEqualTo(last.digest());
      assertThat(memory.mismatch(copy)).isEqualTo(-1);
    }
  }

  @Test
  void shouldResumeTheOpaqueChannelWithoutLosingOrRepeatingBytes() throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, 64);
    MemorySegment copy = TransferFixture.memory(arena, 64);
    byte[] state = new byte[3 << 20];
    for (int i = 0; i < state.length; i++) {
      state[i] = (byte) (i * 31 ^ i >> 11);
    }
    network.cutAfter(1 << 20);

    try (InboundTransfer in = target.receive("opaque", copy);
        OutboundTransfer out =
            source.send(
                network.via(in.ticket()),
                new ScannedGuest(memory),
                TransferFixture.options("opaque"))) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> OpaqueStreams.write(out.opaque(), state));
      CompletableFuture<byte[]> reading =
          CompletableFuture.supplyAsync(() -> OpaqueStreams.readAll(in.opaque()));
      await().until(network::isCut);
      await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
      network.restore();

      assertThat(reading.get(30, TimeUnit.SECONDS)).isEqualTo(state);
      writing.get(1, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldArriveWholeOverANetworkThatLosesDatagrams() throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, PAGES / 4);
    TransferFixture.fillHalf(memory, 1);
    MemorySegment copy = TransferFixture.memory(arena, PAGES / 4);

    try (InboundTransfer in = target.receive("loss", copy);
        OutboundTransfer out =
            source.send(
                network.via(in.ticket()),
                new TrackedGuest(memory),
                TransferFixture.options("loss"))) {
      network.lose(0.03);
      out.sendRound();
      FinalReport last = out.sendFinal(DEADLINE);

      assertThat(in.memoryComplete().get(20, TimeUnit.SECONDS)).isEqualTo(last.digest());
      assertThat(memory.mismatch(copy)).isEqualTo(-1);
    }
  }

  @Test
  void shouldFailBothSidesWhenTheOutageOutlastsItsBudget() throws Exception {
    MemorySegment memory = TransferFixture.memory(arena, PAGES);
    TransferFixture.fillHalf(memory, 1);
    SendOptions options = new SendOptions("dead", DataRate.UNLIMITED, Duration.ofSeconds(1));

    try (InboundTransfer in = target.receive("dead", TransferFixture.memory(arena, PAGES));
        OutboundTransfer out =
            source.send(network.via(in.ticket()), new ScannedGuest(memory), options)) {
      network.cut();
      assertThatThrownBy(out::sendRound)
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("did not come back within 1 s");
      assertThatThrownBy(() -> out.opaque().write(ByteBuffer.allocate(1)))
          .isInstanceOf(TransferException.class);
      assertThat(in.memoryComplete())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withCauseInstanceOf(TransferException.class);
    }
  }

  @Test
  void shouldSayThatTheTargetDoesNotAnswer() throws Exception {
    TransferTicket nobody = new TransferTicket("127.0.0.1:9", 1_000, 1);
    try (TransferEngine hasty = TransferFixture.engine(directory, "connect-timeout=300ms")) {
      PageSource guest = new ScannedGuest(TransferFixture.memory(arena, 1));
      assertThatThrownBy(() -> hasty.send(nobody, guest, TransferFixture.options("lost")))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("the target at 127.0.0.1:9 did not answer within 300 ms");
    }
  }

  private static RoundReport round(OutboundTransfer out) {
    try {
      return out.sendRound();
    } catch (TransferException e) {
      throw new IllegalStateException(e);
    }
  }
}
