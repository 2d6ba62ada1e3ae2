package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.transfer.TransferException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Life and death of one guest. */
class EmbeddedGuestTest {
  private static final long COUNTER = 8;
  private final List<String> ends = Collections.synchronizedList(new ArrayList<>());
  private final GuestListener listener = (vm, reason) -> ends.add(vm + " " + reason);
  private EmbeddedHypervisor hypervisor;
  @TempDir Path directory;

  @BeforeEach
  void open() throws HypervisorException {
    ImageCatalog catalog = ImageCatalog.withDirectory(TestGuests.install(directory));
    hypervisor = new EmbeddedHypervisor(catalog, TestGuests.LIMITS);
  }

  @AfterEach
  void close() {
    hypervisor.close();
  }

  @Test
  void shouldStandStillBeforeItsFirstInstruction() throws HypervisorException {
    EmbeddedGuest guest = boot("busy");

    assertThat(guest.state()).isEqualTo(Guest.State.PAUSED);
    assertThat(counter(guest)).isZero();
    assertThat(guest.cpuTime()).isZero();
  }

  @Test
  void shouldChangeNothingBetweenPauseAndResume() throws HypervisorException {
    EmbeddedGuest guest = boot("busy");
    guest.resume();
    for (int round = 0; round < 200; round++) {
      awaitProgress(guest);
      guest.pause();
      assertThat(guest.state()).isEqualTo(Guest.State.PAUSED);
      byte[] before = guest.memory().toArray(ValueLayout.JAVA_BYTE);
      Moves.collect(guest);
      assertThat(Moves.collect(guest)).containsOnly(0);
      assertThat(guest.memory().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
      guest.resume();
      assertThat(guest.state()).isEqualTo(Guest.State.RUNNING);
    }
  }

  @Test
  void shouldMarkEveryPageThatChangedWhileItRan() throws HypervisorException {
    EmbeddedGuest guest = boot("busy");
    EmbeddedGuest shadow = (EmbeddedGuest) hypervisor.incoming(guest.spec(), listener);
    guest.resume();
    awaitProgress(guest);
    Moves.collect(guest);
    Moves.copyAll(guest, shadow);
    for (int round = 0; round < 500; round++) {
      assertThat(Moves.copyDirty(guest, shadow)).isBetween(0, 17); // never more than it writes
    }

    guest.pause();
    Moves.copyDirty(guest, shadow);

    assertThat(guest.memory().mismatch(shadow.memory())).isEqualTo(-1);
  }

  @Test
  void shouldEndATrappedGuestWithItsReasonAndNothingElse() throws HypervisorException {
    EmbeddedGuest guest = boot("trap");
    EmbeddedGuest neighbour = boot("busy");
    neighbour.resume();

    guest.resume();

    await().untilAsserted(() -> assertThat(ends).hasSize(1));
    assertThat(ends.getFirst())
        .startsWith(guest.spec().vm() + " trapped: ")
        .contains("divide by zero");
    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThat(guest.endReason()).startsWith("trapped: ");
    assertInvalid(guest::resume, "it ended: trapped");
    assertInvalid(guest::pause, "it ended: trapped");
    awaitProgress(neighbour);
    guest.destroy();
    assertThat(ends).hasSize(1);
  }

  @Test
  void shouldEndAGuestWhoseStackIsFull() throws HypervisorException {
    EmbeddedGuest guest = boot("overflow");

    guest.resume();

    await().until(() -> guest.state() == Guest.State.ENDED);
    assertThat(guest.endReason()).isEqualTo("trapped: call stack exhausted");
  }

  @Test
  void shouldEndAGuestThatDoesNotYield() throws HypervisorException {
    EmbeddedGuest guest = boot("runaway");

    guest.resume();

    await().until(() -> guest.state() == Guest.State.ENDED);
    assertThat(guest.endReason())
        .isEqualTo("ran for more than 300 ms of CPU time without yielding");
    assertThat(ends).hasSize(1);
  }

  @Test
  void shouldCollectDirtyPagesOnlyBetweenSlices() throws HypervisorException {
    EmbeddedGuest guest = boot("runaway");
    guest.resume();
    await().until(() -> guest.memory().get(ValueLayout.JAVA_INT, COUNTER) == 1);

    long[] dirty = Moves.collect(guest); // its one slice never ends, but by the watchdog

    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThat(dirty[0]).isEqualTo(1);
  }

  @Test
  void shouldDestroyAGuestThatDoesNotYield() throws HypervisorException {
    EmbeddedGuest guest = boot("runaway");
    guest.resume();
    await().until(() -> guest.memory().get(ValueLayout.JAVA_INT, COUNTER) == 1);

    guest.destroy();

    assertThat(guest.state()).isEqualTo(Guest.State.ENDED);
    assertThat(guest.endReason()).isEqualTo("destroyed");
    assertThat(ends).isEmpty();
  }

  @Test
  void shouldLetAGuestStopByItself() throws HypervisorException {
    EmbeddedGuest guest = boot("busy");
    guest.resume();

    guest.stop(Duration.ofSeconds(30));

    assertThat(guest.endReason()).isEqualTo("exited with status 7");
    assertThat(ends).isEmpty();
    assertThat(hypervisor.usedMemory().bytes()).isZero();
  }

  @Test
  void shouldDestroyAGuestThatDoesNotStopInTime() throws HypervisorException {
    EmbeddedGuest deaf = boot("deaf");
    deaf.resume();
    deaf.stop(Duration.ofMillis(20));
    EmbeddedGuest paused = boot("busy");
    paused.stop(Duration.ofHours(1));

    assertThat(deaf.endReason()).isEqualTo("destroyed");
    assertThat(paused.endReason()).isEqualTo("destroyed");
  }

  @Test
  void shouldKeepABusyGuestWithinItsCpuShare() throws HypervisorException {
    GuestSpec spec = TestGuests.spec("busy", 100, TestGuests.MEMORY, Map.of());
    EmbeddedGuest guest = TestGuests.boot(hypervisor, spec, listener);
    long startNs = System.nanoTime();
    guest.resume();
    await().until(() -> guest.cpuTime().compareTo(Duration.ofMillis(60)) > 0);

    guest.pause();

    long elapsedNs = System.nanoTime() - startNs;
    long slackNs = CpuShare.PERIOD_NS / 10 + 20 * TestGuests.LIMITS.sliceBudget().toNanos();
    assertThat(guest.cpuTime().toNanos()).isLessThan(elapsedNs / 10 + slackNs);
  }

  @Test
  void shouldHoldNothingAndRefuseToRunBeforeItsStateHasCome() throws HypervisorException {
    EmbeddedGuest guest = (EmbeddedGuest) hypervisor.incoming(TestGuests.spec("pulse"), listener);

    assertThat(guest.state()).isEqualTo(Guest.State.INCOMING);
    assertThat(guest.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    assertInvalid(guest::resume, "its state is not loaded");
    assertInvalid(() -> guest.saveState(new LoopbackChannel()), "it is INCOMING");
  }

  @Test
  void shouldSaveAPausedAndLoadAnIncomingGuestOnly() throws HypervisorException, TransferException {
    EmbeddedGuest guest = boot("busy");
    LoopbackChannel channel = new LoopbackChannel();
    long written = guest.saveState(channel);
    assertThat(written).isEqualTo(channel.bytes().length);

    guest.resume();

    assertInvalid(() -> guest.saveState(new LoopbackChannel()), "it is RUNNING");
    assertInvalid(() -> guest.loadState(channel), "it is RUNNING");
  }

  @Test
  void shouldRefuseTheStateOfAnotherImageOrSize() throws HypervisorException, TransferException {
    EmbeddedGuest guest = boot("busy");
    LoopbackChannel channel = new LoopbackChannel();
    guest.saveState(channel);
    byte[] saved = channel.bytes();
    var other = hypervisor.incoming(TestGuests.spec("deaf"), listener);
    var larger =
        hypervisor.incoming(
            TestGuests.spec("busy", 1000, TestGuests.MEMORY.plus(TestGuests.MEMORY), Map.of()),
            listener);

    assertThatExceptionOfType(HypervisorException.class)
        .isThrownBy(() -> other.loadState(new LoopbackChannel(saved)))
        .withMessageContaining("its image sha-256 is");
    assertThatExceptionOfType(HypervisorException.class)
        .isThrownBy(() -> larger.loadState(new LoopbackChannel(saved)))
        .withMessageContaining("its memory in bytes is 2097152, here it is 4194304");
    assertThat(other.state()).isEqualTo(Guest.State.INCOMING);
  }

  private EmbeddedGuest boot(String image) throws HypervisorException {
    return TestGuests.boot(hypervisor, TestGuests.spec(image), listener);
  }

  private static void awaitProgress(EmbeddedGuest guest) {
    long before = counter(guest);
    await().pollDelay(Duration.ZERO).until(() -> counter(guest) > before);
  }

  private static long counter(EmbeddedGuest guest) {
    return guest.memory().get(ValueLayout.JAVA_LONG, COUNTER);
  }

  private static void assertInvalid(ThrowingCallable call, String message) {
    assertThatExceptionOfType(HypervisorException.class)
        .isThrownBy(call)
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_STATE));
  }
}
