package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.transfer.TransferException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The churn and echo guests. */
class WorkloadsTest {
  private static final int PAGE = 4096;
  private static final int CHURN_PAGES = 200;

  /** Versions need 800 bytes, so the pages begin one page behind them. */
  private static final int CHURN_BASE = 0x10000 + PAGE;

  private final EmbeddedHypervisor hypervisor = TestGuests.bundled();

  @AfterEach
  void close() {
    hypervisor.close();
  }

  @ParameterizedTest
  @CsvSource({"sequential, low", "random, high", "zipf, low", "zipf, high"})
  void shouldChurnAndFindAllItWroteAlsoAfterAMove(String pattern, String entropy)
      throws HypervisorException, TransferException {
    EmbeddedGuest guest =
        bootChurn(Map.of("rate", "20000", "pattern", pattern, "entropy", entropy));
    awaitNumber(guest, "writes", 2000);
    EmbeddedGuest moved = (EmbeddedGuest) hypervisor.incoming(guest.spec(), GuestListener.NONE);
    Moves.preCopyAndSwitch(guest, moved);
    guest.destroy();

    moved.resume();

    awaitNumber(moved, "writes", number(moved, "writes") + 2000);
    assertThat(moved.console().report())
        .containsEntry("corrupted", "0")
        .containsEntry("filled", "200");
    assertThat(number(moved, "checked")).isGreaterThan(number(moved, "writes"));
  }

  @Test
  void shouldFindADamagedPageItWouldNotWriteToForALongTime() throws HypervisorException {
    EmbeddedGuest guest = bootChurn(Map.of("rate", "5000", "pattern", "zipf"));
    awaitNumber(guest, "filled", CHURN_PAGES);
    guest.pause();
    long at = CHURN_BASE + (CHURN_PAGES - 1L) * PAGE + 77;
    byte was = guest.memory().get(ValueLayout.JAVA_BYTE, at);
    guest.memory().set(ValueLayout.JAVA_BYTE, at, (byte) (was ^ 0x10));

    guest.resume();

    await().untilAsserted(() -> assertThat(number(guest, "corrupted")).isPositive());
  }

  @Test
  void shouldDirtyNothingButItsReportsAtRateZero() throws HypervisorException {
    EmbeddedGuest guest = bootChurn(Map.of("rate", "0", "fill", "no"));
    await().until(() -> guest.console().report().containsKey("uptime_ms"));
    Moves.collect(guest);
    long printed = guest.console().endOffset();
    await().until(() -> guest.console().endOffset() > printed);

    long[] dirty = Moves.collect(guest);

    assertThat(dirty[0]).isEqualTo(1);
    assertThat(Arrays.copyOfRange(dirty, 1, dirty.length)).containsOnly(0);
    assertThat(number(guest, "writes")).isZero();
  }

  @Test
  void shouldUseAllItsMemoryWhenNoWorkingSetIsGiven() throws HypervisorException {
    EmbeddedGuest guest = bootChurn(Map.of("rate", "100000", "pages", "0"));

    awaitNumber(guest, "writes", 3000);

    assertThat(guest.console().report())
        .containsEntry("corrupted", "0")
        .containsEntry("pages", "493");
  }

  @Test
  void shouldAnswerFramesWithTheirAddressesSwapped()
      throws HypervisorException, InterruptedException {
    EmbeddedGuest guest = TestGuests.boot(hypervisor, TestGuests.spec("echo"), GuestListener.NONE);
    BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    guest.frames().connect(answers::add);
    guest.resume();

    assertThat(guest.frames().deliver("AAAAAABBBBBB..payload".getBytes(StandardCharsets.US_ASCII)))
        .isTrue();
    assertThat(guest.frames().deliver(new byte[] {1, 2, 3})).isTrue();

    assertThat(answers.poll(30, TimeUnit.SECONDS)).asString().isEqualTo("BBBBBBAAAAAA..payload");
    assertThat(answers.poll(30, TimeUnit.SECONDS)).containsExactly(1, 2, 3);
    await().until(() -> number(guest, "frames") == 2 && number(guest, "bytes") == 24);
  }

  @Test
  void shouldTakeWaitingFramesAlongAndAnswerThemFirst()
      throws HypervisorException, TransferException, InterruptedException {
    EmbeddedGuest guest = TestGuests.boot(hypervisor, TestGuests.spec("echo"), GuestListener.NONE);
    guest.frames().deliver(new byte[] {1});
    guest.frames().deliver(new byte[] {2});
    EmbeddedGuest moved = (EmbeddedGuest) hypervisor.incoming(guest.spec(), GuestListener.NONE);
    moved.frames().deliver(new byte[] {3});
    BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    moved.frames().connect(answers::add);
    Moves.preCopyAndSwitch(guest, moved);

    moved.resume();

    for (byte expected : new byte[] {1, 2, 3}) {
      assertThat(answers.poll(30, TimeUnit.SECONDS)).containsExactly(expected);
    }
  }

  @Test
  void shouldDropFramesBeyondTheLimitsOfThePort() throws HypervisorException {
    EmbeddedGuest guest = TestGuests.boot(hypervisor, TestGuests.spec("echo"), GuestListener.NONE);
    for (int i = 0; i < FramePort.QUEUE_LIMIT; i++) {
      assertThat(guest.frames().deliver(new byte[] {1})).isTrue();
    }

    assertThat(guest.frames().deliver(new byte[] {1})).isFalse();
    for (int length : List.of(0, FramePort.FRAME_LIMIT_BYTES + 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> guest.frames().deliver(new byte[length]));
    }
  }

  private EmbeddedGuest bootChurn(Map<String, String> arguments) throws HypervisorException {
    Map<String, String> all = new TreeMap<>(Map.of("pages", Integer.toString(CHURN_PAGES)));
    all.putAll(arguments);
    GuestSpec spec = TestGuests.spec("churn", 1000, TestGuests.MEMORY, all);
    EmbeddedGuest guest = TestGuests.boot(hypervisor, spec, GuestListener.NONE);
    guest.resume();
    return guest;
  }

  private static void awaitNumber(EmbeddedGuest guest, String key, long atLeast) {
    await().until(() -> number(guest, key) >= atLeast);
  }

  private static long number(EmbeddedGuest guest, String key) {
    return Long.parseLong(guest.console().report().getOrDefault(key, "0"));
  }
}
