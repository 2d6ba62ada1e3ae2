package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.transfer.TransferException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pulse guest: that it beats, that it moves whole, and that it notices when it did not. */
class PulseTest {
  private static final int RECORD_A = 0x1000;
  private static final int RECORD_B = 0x5000;
  private static final int RING = 0x10000;
  private static final int PAGE = 4096;

  private final EmbeddedHypervisor source = TestGuests.bundled();
  private final EmbeddedHypervisor target = TestGuests.bundled();

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  @Test
  void shouldBeatAndFindNothingWrongWithItself() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);

    awaitBeats(guest, 300);

    assertUnharmed(guest);
    assertThat(guest.console().report()).containsEntry("pages", "64");
  }

  @Test
  void shouldGoOnAtTheTargetWithoutLosingRepeatingOrDamagingABeat()
      throws HypervisorException, TransferException {
    EmbeddedGuest guest = bootPulse(32);
    awaitBeats(guest, 200);
    EmbeddedGuest moved = null;
    for (int move = 1; move <= 10; move++) {
      EmbeddedHypervisor to = move % 2 == 1 ? target : source;
      moved = (EmbeddedGuest) to.incoming(guest.spec(), GuestListener.NONE);
      Moves.preCopyAndSwitch(guest, moved);
      guest.destroy();
      long before = beats(moved);
      moved.resume();
      awaitBeats(moved, before + 100);
      guest = moved;
    }

    assertUnharmed(guest);
    assertThat(number(guest, "max_gap_us")).isGreaterThan(1000);
  }

  @Test
  void shouldReportBeatsAsLostWhenItsGlobalsAreOlderThanItsMemory()
      throws HypervisorException, TransferException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 100);
    guest.pause();
    LoopbackChannel older = new LoopbackChannel();
    guest.saveState(older);
    guest.resume();
    awaitBeats(guest, 400);
    guest.pause();
    EmbeddedGuest moved = (EmbeddedGuest) target.incoming(guest.spec(), GuestListener.NONE);
    Moves.copyAll(guest, moved);
    moved.loadState(older);

    moved.resume();

    await().untilAsserted(() -> assertThat(number(moved, "lost")).isGreaterThan(100));
    assertThat(number(moved, "repeated")).isZero();
  }

  @Test
  void shouldReportBeatsAsRepeatedWhenItsMemoryIsOlderThanItsGlobals() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 100);
    guest.pause();
    byte[] older = guest.memory().toArray(ValueLayout.JAVA_BYTE);
    guest.resume();
    awaitBeats(guest, 400);
    guest.pause();
    guest.memory().copyFrom(MemorySegment.ofArray(older));

    guest.resume();

    await().untilAsserted(() -> assertThat(number(guest, "repeated")).isGreaterThan(100));
    assertThat(number(guest, "lost")).isZero();
  }

  @Test
  void shouldReportAFlippedByteInItsRing() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 100);
    guest.pause();
    long at = RING + 40L * PAGE + 4095;
    guest
        .memory()
        .set(ValueLayout.JAVA_BYTE, at, (byte) ~guest.memory().get(ValueLayout.JAVA_BYTE, at));

    guest.resume();

    awaitCorrupted(guest, 1);
  }

  @Test
  void shouldReportAStalePageOfItsRing() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 100);
    guest.pause();
    byte[] stale = guest.memory().asSlice(RING + 7 * PAGE, PAGE).toArray(ValueLayout.JAVA_BYTE);
    guest.resume();
    awaitBeats(guest, beats(guest) + 200);
    guest.pause();
    guest.memory().asSlice(RING + 7 * PAGE, PAGE).copyFrom(MemorySegment.ofArray(stale));

    guest.resume();

    awaitCorrupted(guest, 1);
  }

  @Test
  void shouldReportAZeroedPageOfItsRing() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 100);
    guest.pause();
    guest.memory().asSlice(RING + 9 * PAGE, PAGE).fill((byte) 0);

    guest.resume();

    awaitCorrupted(guest, 1);
  }

  @Test
  void shouldReportAStaleOrDamagedRecord() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 100);
    guest.pause();
    byte[] stale = guest.memory().asSlice(RECORD_A, PAGE).toArray(ValueLayout.JAVA_BYTE);
    guest.resume();
    awaitBeats(guest, 300);
    guest.pause();
    guest.memory().asSlice(RECORD_A, PAGE).copyFrom(MemorySegment.ofArray(stale));
    guest.resume();
    awaitCorrupted(guest, 1);
    guest.pause();
    guest.memory().asSlice(RECORD_B, PAGE).fill((byte) 0);

    guest.resume();

    awaitCorrupted(guest, 2);
    assertThat(number(guest, "lost")).isZero();
    assertThat(number(guest, "repeated")).isZero();
  }

  @Test
  void shouldReportTheGapOfAPause() throws HypervisorException {
    EmbeddedGuest guest = bootPulse(64);
    awaitBeats(guest, 50);
    guest.pause();
    long before = guest.console().endOffset();
    await().pollDelay(Duration.ofMillis(120)).until(() -> true);

    guest.resume();

    await().until(() -> guest.console().endOffset() > before);
    assertThat(number(guest, "gap_us")).isGreaterThanOrEqualTo(120_000);
    assertUnharmed(guest);
  }

  private EmbeddedGuest bootPulse(int pages) throws HypervisorException {
    GuestSpec spec =
        TestGuests.spec("pulse", 1000, TestGuests.MEMORY, Map.of("pages", Integer.toString(pages)));
    EmbeddedGuest guest = TestGuests.boot(source, spec, GuestListener.NONE);
    guest.resume();
    return guest;
  }

  private static void awaitBeats(EmbeddedGuest guest, long count) {
    await().until(() -> beats(guest) >= count);
  }

  private static void awaitCorrupted(EmbeddedGuest guest, long count) {
    await().untilAsserted(() -> assertThat(number(guest, "corrupted")).isEqualTo(count));
  }

  private static void assertUnharmed(EmbeddedGuest guest) {
    assertThat(guest.console().report())
        .containsEntry("lost", "0")
        .containsEntry("repeated", "0")
        .containsEntry("corrupted", "0")
        .containsEntry("backwards", "0");
  }

  private static long beats(EmbeddedGuest guest) {
    return number(guest, "beats");
  }

  private static long number(EmbeddedGuest guest, String key) {
    return Long.parseLong(guest.console().report().getOrDefault(key, "0"));
  }
}
