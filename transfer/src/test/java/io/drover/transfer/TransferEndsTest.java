package io.drover.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.drover.transfer.OutboundTransfer.FinalReport;
import io.drover.transfer.TransferFixture.ScannedGuest;
import io.drover.transfer.TransferFixture.TrackedGuest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How transfers end, other than well. */
class TransferEndsTest {
  private static final int PAGES = 256;
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  @TempDir Path directory;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = TransferFixture.memory(arena, PAGES);
  private final MemorySegment copy = TransferFixture.memory(arena, PAGES);
  private TransferEngine source;
  private TransferEngine target;

  @BeforeEach
  void launch() {
    source = TransferFixture.engine(directory, "inbound-limit=2", "outbound-limit=2");
    target = TransferFixture.engine(directory, "inbound-limit=2", "outbound-limit=2");
    TransferFixture.fillHalf(memory, 5);
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
    assertThat(directory).isEmptyDirectory();
    arena.close();
  }

  private OutboundTransfer send(InboundTransfer in) throws TransferException {
    return source.send(in.ticket(), new TrackedGuest(memory), TransferFixture.options("end"));
  }

  @Test
  void shouldTellTheTargetWhyTheSourceAborts() throws Exception {
    try (InboundTransfer in = target.receive("end", copy);
        OutboundTransfer out = send(in)) {
      CompletableFuture<Throwable> reading =
          CompletableFuture.supplyAsync(() -> failureOf(() -> in.opaque().read(buffer())));
      out.abort("the guest ended");

      assertThat(in.memoryComplete())
          .failsWithin(DEADLINE)
          .withThrowableThat()
          .withMessageContaining("the source ended it: the guest ended");
      assertThat(reading.get(5, TimeUnit.SECONDS)).hasMessageContaining("the guest ended");
      assertThatThrownBy(out::sendRound).hasMessageContaining("the guest ended");
    }
  }

  @Test
  void shouldTellTheSourceWhyTheTargetAborts() throws Exception {
    try (InboundTransfer in = target.receive("end", copy);
        OutboundTransfer out = send(in)) {
      CompletableFuture<Throwable> reading =
          CompletableFuture.supplyAsync(() -> failureOf(() -> out.opaque().read(buffer())));
      in.abort("no room");

      assertThat(reading.get(5, TimeUnit.SECONDS))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("the target ended it: no room");
      assertThatThrownBy(out::sendRound).hasMessageContaining("no room");
      assertThat(in.memoryComplete()).failsWithin(DEADLINE);
    }
  }

  @Test
  void shouldNoticeThatSomebodyElseWroteToTheTarget() throws Exception {
    try (InboundTransfer in = target.receive("end", copy);
        OutboundTransfer out = send(in)) {
      out.sendRound();
      copy.set(ValueLayout.JAVA_BYTE, 100L, (byte) (copy.get(ValueLayout.JAVA_BYTE, 100L) + 1));

      assertThatThrownBy(() -> out.sendFinal(DEADLINE))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("digest differs: source ");
      assertThat(in.memoryComplete())
          .failsWithin(DEADLINE)
          .withThrowableThat()
          .withMessageContaining("digest differs: source ");
    }
  }

  @Test
  void shouldFailBothSidesWhenTheSourceCannotReadItsMemory() throws Exception {
    // What the JVM makes of a SIGBUS: the guest's file has no memory behind it.
    PageSource.Collector fault =
        _ -> {
          throw new InternalError("a fault occurred in an unsafe memory access");
        };
    PageSource guest = new BrokenGuest(memory, new PageSource.DirtyTracking.Exact(fault));
    try (CapturedLog log = CapturedLog.ofTransfers();
        InboundTransfer in = target.receive("end", copy);
        OutboundTransfer out = source.send(in.ticket(), guest, TransferFixture.options("end"))) {
      assertThatThrownBy(out::sendRound)
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("end-out broke: java.lang.InternalError");
      assertThat(in.memoryComplete())
          .failsWithin(DEADLINE)
          .withThrowableThat()
          .withMessageContaining("the source ended it: the source broke");
      assertThat(log.messages()).containsExactly("transfer end-out broke");
    }
  }

  @Test
  @SuppressWarnings("MustBeClosedChecker") // closed in the middle
  void shouldFailBothSidesWhenTheMemoryOfTheTargetIsGone() throws Exception {
    Arena brief = Arena.ofShared();
    try (CapturedLog log = CapturedLog.ofTransfers();
        InboundTransfer in = target.receive("end", TransferFixture.memory(brief, PAGES));
        OutboundTransfer out = send(in)) {
      brief.close();

      assertThatThrownBy(out::sendRound)
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("the target ended it: the target broke");
      assertThat(in.memoryComplete()).failsWithin(DEADLINE);
      assertThat(log.messages()).containsExactly("transfer end-in broke");
    }
  }

  private record BrokenGuest(MemorySegment memory, DirtyTracking tracking) implements PageSource {}

  @Test
  void shouldFailBothSidesWhenTheTargetClosesInTheMiddle() throws Exception {
    InboundTransfer in = target.receive("end", copy);
    try (OutboundTransfer out = send(in)) {
      in.close();
      await().until(() -> failureOf(() -> out.opaque().write(buffer())) != null);
      assertThatThrownBy(out::sendRound).hasMessageContaining("the target closed the transfer");
    }
  }

  @Test
  void shouldDeliverTheDeviceStateBeforeItCloses() throws Exception {
    byte[] state = new byte[700_000];
    state[699_999] = 9;
    try (InboundTransfer in = target.receive("end", copy)) {
      try (OutboundTransfer out = send(in)) {
        out.sendRound();
        FinalReport last = out.sendFinal(DEADLINE);
        OpaqueStreams.write(out.opaque(), state);
        assertThat(in.memoryComplete()).succeedsWithin(DEADLINE).isEqualTo(last.digest());
      }
      assertThat(OpaqueStreams.readAll(in.opaque())).isEqualTo(state);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mtu=65504", "mtu=1312"})
  void shouldEchoOneMebibyteInTheLargestAndTheSmallestDatagrams(String mtu) throws Exception {
    byte[] state = new byte[1 << 20];
    for (int i = 0; i < state.length; i++) {
      state[i] = (byte) (i * 7 ^ i >> 13);
    }
    String key = "profiles.loopback." + mtu;
    try (TransferEngine from = TransferFixture.engine(directory, key);
        TransferEngine to = TransferFixture.engine(directory, key);
        InboundTransfer in = to.receive("echo", copy);
        OutboundTransfer out =
            from.send(in.ticket(), new TrackedGuest(memory), TransferFixture.options("echo"))) {
      CompletableFuture<Void> echo =
          CompletableFuture.runAsync(
              () -> OpaqueStreams.write(in.opaque(), OpaqueStreams.readAll(in.opaque())));
      OpaqueStreams.write(out.opaque(), state);

      assertThat(OpaqueStreams.readAll(out.opaque())).isEqualTo(state);
      echo.get(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldRefuseMoreTransfersThanItsLimit() throws Exception {
    try (InboundTransfer first = target.receive("first", copy);
        InboundTransfer second = target.receive("second", copy)) {
      assertThatThrownBy(() -> target.receive("third", copy))
          .isInstanceOf(TransferException.class)
          .hasMessageContaining("third refused: drover.transfer.inbound-limit of 2 is reached");
      assertThat(first.ticket().streamId()).isNotEqualTo(second.ticket().streamId());
    }
    target.receive("third", copy).close();
  }

  @Test
  void shouldCarryTransfersInBothDirectionsAtOnce() throws Exception {
    List<CompletableFuture<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int seed = i;
      all.add(CompletableFuture.supplyAsync(() -> moves(source, target, seed)));
      all.add(CompletableFuture.supplyAsync(() -> moves(target, source, 10 + seed)));
    }
    for (CompletableFuture<Boolean> one : all) {
      assertThat(one.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private boolean moves(TransferEngine from, TransferEngine to, long seed) {
    MemorySegment original = TransferFixture.memory(arena, PAGES);
    MemorySegment moved = TransferFixture.memory(arena, PAGES);
    TransferFixture.fillHalf(original, seed);
    String id = "many-" + seed;
    try (InboundTransfer in = to.receive(id, moved);
        OutboundTransfer out =
            from.send(in.ticket(), new ScannedGuest(original), TransferFixture.options(id))) {
      out.sendRound();
      out.sendFinal(DEADLINE);
      return original.mismatch(moved) == -1;
    } catch (TransferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldRemoveTheDirectoryOfAKilledProcess() throws Exception {
    Process killed = new ProcessBuilder("true").start();
    killed.waitFor();
    Path orphan =
        Files.createDirectory(directory.resolve("drover-transfer-" + killed.pid() + "-1"));
    TransferFixture.engine(directory).close();
    assertThat(orphan).doesNotExist();
  }

  @Test
  void shouldStartBesideADirectoryItCannotRead() throws Exception {
    Process killed = new ProcessBuilder("true").start();
    killed.waitFor();
    Path other = Files.createDirectory(directory.resolve("drover-transfer-" + killed.pid() + "-1"));
    byte[] ofAnotherVersion = new byte[4_096];
    Arrays.fill(ofAnotherVersion, (byte) 99);
    Path file = Files.write(other.resolve("cnc.dat"), ofAnotherVersion);

    TransferFixture.engine(directory).close();

    assertThat(file).exists();
    Files.delete(file);
    Files.delete(other);
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(16);
  }

  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  private static Throwable failureOf(Step step) {
    return catchThrowable(step::run);
  }
}
