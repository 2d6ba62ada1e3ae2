package io.drover.agent;

import static io.drover.agent.fake.Samples.MIGRATION;
import static io.drover.agent.fake.Samples.VM;
import static io.drover.agent.fake.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drover.agent.fake.CapturedLog;
import io.drover.agent.fake.FakeHypervisor;
import io.drover.agent.fake.FakeTransfers;
import io.drover.agent.fake.Orders;
import io.drover.agent.fake.Samples;
import io.drover.agent.fake.ScriptedControlPlane;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.PauseGuest;
import io.drover.protocol.v1.TransferTicket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole agents with real sessions; their guests and streams are fakes that break on demand. */
class HostAgentTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Resources WHOLE_HOST = new Resources(100, ByteSize.ofMib(1));

  private final ScriptedControlPlane sourceControl = ScriptedControlPlane.start(1);
  private final ScriptedControlPlane targetControl = ScriptedControlPlane.start(1);
  private final FakeHypervisor sourceGuests = new FakeHypervisor();
  private final FakeHypervisor targetGuests = new FakeHypervisor();
  private final FakeTransfers transfers = new FakeTransfers();
  @TempDir private Path directory;
  private HostAgent source;
  private HostAgent target;

  @BeforeEach
  void startAgents() {
    source = start("source", sourceControl, sourceGuests);
    target = start("target", targetControl, targetGuests);
    sourceControl.awaitHello(1);
    targetControl.awaitHello(1);
    sourceControl.await(m -> m.hasHeartbeat());
    targetControl.await(m -> m.hasHeartbeat());
  }

  private HostAgent start(String name, ScriptedControlPlane control, FakeHypervisor guests) {
    return HostAgent.start(
        Samples.settings(directory.resolve(name), control.endpoint()),
        HostAgent.Parts.of(List.of(guests), transfers));
  }

  @AfterEach
  void closeAll() {
    source.close();
    target.close();
    sourceControl.close();
    targetControl.close();
  }

  private void restartSource() {
    int before = sourceControl.helloCount();
    source.close();
    source = start("source", sourceControl, sourceGuests);
    sourceControl.awaitHello(before + 1);
  }

  private void restartTarget() {
    int before = targetControl.helloCount();
    target.close();
    target = start("target", targetControl, targetGuests);
    targetControl.awaitHello(before + 1);
  }

  private void bootAtSource() {
    OrderResult booted = sourceControl.execute("boot", Orders.boot(spec(), 1));
    assertThat(booted.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
  }

  private void preCopy() {
    bootAtSource();
    OrderResult prepared = targetControl.execute("prepare", Orders.prepare(spec(), 1));
    TransferTicket ticket = prepared.getTargetPrepared().getTicket();
    OrderResult started = sourceControl.execute("start", Orders.startPreCopy(VM, 1, ticket));
    assertThat(started.hasDone()).as("%s", started).isTrue();
    sourceControl.await(m -> m.hasRoundReported());
  }

  private OrderResult stopAndCopy() {
    return sourceControl.execute("stop-and-copy", Orders.stopAndCopy(VM, 1, LONG));
  }

  @Test
  void shouldMoveARunningGuestAndLeaveTheSourcePaused() {
    preCopy();
    MemorySegment memory = sourceGuests.guest(VM).memory();
    memory.set(ValueLayout.JAVA_LONG, 4096, 77);

    OrderResult stopped = stopAndCopy();

    assertThat(stopped.getSourceStopped().getDigest()).isEqualTo(FakeTransfers.DIGEST);
    assertThat(stopped.getSourceStopped().getPausedAtUs()).isPositive();
    var ready = targetControl.await(m -> m.hasTargetReady()).getTargetReady();
    assertThat(ready.getDigest()).isEqualTo(FakeTransfers.DIGEST);
    assertThat(targetGuests.guest(VM).state()).isEqualTo(Guest.State.PAUSED);

    OrderResult active = targetControl.execute("run", Orders.activate(spec(), 2));

    assertThat(active.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
    assertThat(active.getGuest().getRunEpoch()).isEqualTo(2);
    assertThat(targetGuests.guest(VM).memory().get(ValueLayout.JAVA_LONG, 4096)).isEqualTo(77);
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.PAUSED);
    OrderResult removed = sourceControl.execute("remove", Orders.remove(VM, 1));
    assertThat(removed.hasDone()).isTrue();
    assertThat(sourceGuests.hasGuest(VM)).isFalse();
    assertThat(targetGuests.journal()).containsExactly("incoming", "load", "resume");
    assertThat(sourceGuests.journal())
        .containsExactly("boot", "resume", "pause", "save", "destroy");
  }

  @Test
  void shouldVerifyAGuestByItsHeartbeatSinceItRuns() {
    preCopy();
    sourceGuests.guest(VM).print("@drover beats=5 gap_us=10");
    stopAndCopy();
    targetControl.await(m -> m.hasTargetReady());
    targetGuests.guest(VM).print("@drover beats=5 gap_us=10");
    targetControl.execute("run", Orders.activate(spec(), 2));

    OrderResult early =
        targetControl.execute("verify/1", Orders.verify(VM, 2, Duration.ofMillis(50)));
    targetControl.order("verify/2", Orders.verify(VM, 2, LONG));
    targetGuests.guest(VM).print("@drover beats=6 gap_us=4200");
    OrderResult late = targetControl.awaitResult("verify/2");

    assertThat(early.getFailure().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(late.getGuestVerified().getGuestGapUs()).isEqualTo(4200);
    assertThat(late.getGuestVerified().getResumedAtUs()).isPositive();
  }

  @Test
  void shouldLetTheSourceGoOnWhenTheMigrationIsAbortedInTheBlackout() {
    preCopy();
    transfers.holdFinal(new CompletableFuture<>());
    sourceControl.order("stop-and-copy", Orders.stopAndCopy(VM, 1, LONG));
    await().until(() -> sourceGuests.guest(VM).state() == Guest.State.PAUSED);

    sourceControl.execute("abort", Orders.abort(VM, 1));
    targetControl.execute("abort", Orders.abort(VM, 1));

    assertThat(sourceControl.awaitResult("stop-and-copy").getFailure().getCode())
        .isEqualTo(Code.TRANSFER_FAILED);
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.RUNNING);
    assertThat(targetGuests.hasGuest(VM)).isFalse();
  }

  @Test
  void shouldStayPausedWhenTheDeadlineOfTheBlackoutPasses() {
    preCopy();
    transfers.holdFinal(new CompletableFuture<>());

    OrderResult late =
        sourceControl.execute("stop-and-copy", Orders.stopAndCopy(VM, 1, Duration.ofMillis(100)));

    assertThat(late.getFailure().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.PAUSED);
    OrderResult resumed = sourceControl.execute("go-on", Orders.continueGuest(spec(), 1));
    assertThat(resumed.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
  }

  @Test
  void shouldAnswerWhenMemoryFaultsWhileTheGuestStandsStill() {
    preCopy();
    sourceGuests.guest(VM).breakMemory();

    OrderResult failed;
    try (CapturedLog log = CapturedLog.of("io.drover.agent.migration.OutgoingMigration")) {
      failed = stopAndCopy();
      assertThat(log.messages()).singleElement().asString().contains(VM.text());
    }

    assertThat(failed.getFailure().getCode()).isEqualTo(Code.TRANSFER_FAILED);
    assertThat(failed.getFailure().getDetail()).contains("a fault occurred");
    OrderResult resumed = sourceControl.execute("go-on", Orders.continueGuest(spec(), 1));
    assertThat(resumed.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
  }

  @Test
  void shouldReportABrokenStreamAndKeepTheGuestRunning() {
    preCopy();

    transfers.breakRounds("stream truncated at batch 7");

    var failed = sourceControl.await(m -> m.hasTransferFailed()).getTransferFailed();
    assertThat(failed.getReason()).isEqualTo("stream truncated at batch 7");
    assertThat(failed.getMigrationId()).isEqualTo(MIGRATION.text());
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.RUNNING);
    assertThat(stopAndCopy().getFailure().getCode()).isEqualTo(Code.TRANSFER_FAILED);
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.RUNNING);
  }

  @Test
  void shouldSayAgainOnANewSessionWhatTheLastOneMayHaveMissed() {
    preCopy();
    transfers.breakInbound("checksum of batch 3");
    targetControl.await(m -> m.hasTransferFailed());

    targetControl.hangUp();
    targetControl.awaitHello(2);

    await()
        .atMost(LONG)
        .until(() ->
            targetControl.hasReceived(m -> m.hasTransferFailed())
                && targetControl.awaitHello(2).getGuestsCount() == 0);
  }

  @Test
  void shouldFreeAnIncomingGuestAtOnceWhenItsTransferBreaks() {
    preCopy();

    transfers.breakInbound("checksum of batch 3");

    await().atMost(LONG).until(() -> !targetGuests.hasGuest(VM));
    OrderResult again = targetControl.execute("prepare/2", Orders.prepare(spec(), 1));
    assertThat(again.hasTargetPrepared()).as("%s", again).isTrue();
    OrderResult late = targetControl.execute("run", Orders.activate(spec(), 2));
    assertThat(late.getFailure().getCode()).isEqualTo(Code.INVALID_STATE);
    assertThat(targetGuests.journal()).containsExactly("incoming", "destroy", "incoming");
  }

  @Test
  void shouldKeepASourcePausedByItsMigrationPausedOverARestart() {
    preCopy();
    stopAndCopy();

    restartSource();

    GuestStatus adopted = sourceControl.awaitHello(2).getGuests(0);
    assertThat(adopted.getState()).isEqualTo(GuestStatus.State.PAUSED);
    assertThat(adopted.getMigrationId()).isEqualTo(MIGRATION.text());
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.PAUSED);
    sourceControl.await(m -> m.hasTransferFailed());
    OrderResult stale = sourceControl.execute("abort/stale", Orders.abort(VM, 0));
    assertThat(stale.getFailure().getCode()).isEqualTo(Code.STALE_RUN_EPOCH);
    sourceControl.execute("abort", Orders.abort(VM, 1));
    assertThat(sourceGuests.guest(VM).state()).isEqualTo(Guest.State.RUNNING);
  }

  @Test
  void shouldActivateACompleteTargetEvenAfterItsAgentRestarted() {
    preCopy();
    stopAndCopy();
    targetControl.await(m -> m.hasTargetReady());

    restartTarget();
    assertThat(targetGuests.guest(VM).state()).isEqualTo(Guest.State.PAUSED);
    OrderResult active = targetControl.execute("run/2", Orders.activate(spec(), 2));

    assertThat(active.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
  }

  @Test
  void shouldAdoptARunningGuestThatNeverNotices() {
    bootAtSource();
    List<String> before = sourceGuests.journal();

    restartSource();

    GuestStatus adopted = sourceControl.awaitHello(2).getGuests(0);
    assertThat(adopted.getState()).isEqualTo(GuestStatus.State.RUNNING);
    assertThat(adopted.getRunEpoch()).isEqualTo(1);
    assertThat(sourceGuests.journal()).isEqualTo(before);
  }

  @Test
  void shouldPauseAndReportAGuestThatNobodyGranted() throws Exception {
    source.close();
    sourceGuests.boot(spec(Samples.OTHER_VM), GuestListener.NONE).resume();

    source = start("source", sourceControl, sourceGuests);

    GuestStatus found = sourceControl.awaitHello(2).getGuests(0);
    assertThat(found.getVmId()).isEqualTo(Samples.OTHER_VM.text());
    assertThat(found.getState()).isEqualTo(GuestStatus.State.PAUSED);
    assertThat(found.getReason()).isEqualTo("no run grant");
    assertThat(sourceGuests.guest(Samples.OTHER_VM).state()).isEqualTo(Guest.State.PAUSED);
  }

  @Test
  void shouldReportAGrantWhoseGuestIsGoneAsEnded() {
    bootAtSource();
    source.close();
    sourceGuests.guest(VM).destroy();

    source = start("source", sourceControl, sourceGuests);

    GuestStatus lost = sourceControl.awaitHello(2).getGuests(0);
    assertThat(lost.getState()).isEqualTo(GuestStatus.State.ENDED);
    assertThat(lost.getReason()).contains("earlier agent");
    OrderResult again = sourceControl.execute("boot/2", Orders.boot(spec(), 1));
    assertThat(again.getGuest().getState()).isEqualTo(GuestStatus.State.ENDED);
    OrderResult anew = sourceControl.execute("boot/3", Orders.boot(spec(), 2));
    assertThat(anew.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
  }

  @Test
  void shouldForgetALostGuestWhenItIsRemoved() {
    bootAtSource();
    source.close();
    sourceGuests.guest(VM).destroy();
    source = start("source", sourceControl, sourceGuests);
    sourceControl.awaitHello(2);

    assertThat(sourceControl.execute("remove", Orders.remove(VM, 1)).hasDone()).isTrue();

    sourceControl.hangUp();
    assertThat(sourceControl.awaitHello(3).getGuestsList()).isEmpty();
    assertThat(sourceControl.execute("pause", Orders.pause(VM, 1)).getFailure().getCode())
        .isEqualTo(Code.NO_SUCH_GUEST);
  }

  @Test
  void shouldNotMakeAGuestWhoseGrantCannotBeWritten() {
    OrderResult failed;
    try (CapturedLog log = CapturedLog.of("io.drover.agent.supervision.LocalGuest")) {
      failed = sourceControl.execute("boot/1", Orders.boot(unstorable(), 1));
      assertThat(log.messages()).singleElement().asString().contains("was not touched");
    }

    assertThat(failed.getFailure().getCode()).isEqualTo(Code.INTERNAL);
    assertThat(failed.getFailure().getDetail()).contains("agent.log");
    assertThat(sourceGuests.journal()).isEmpty();
    OrderResult other =
        sourceControl.execute(
            "boot/2",
            Orders.boot(
                new GuestSpec(Samples.OTHER_VM, FakeHypervisor.IMAGE, WHOLE_HOST, Map.of()), 1));
    assertThat(other.hasGuest()).as("%s", other).isTrue();
  }

  /** No record has room for its argument. */
  private static GuestSpec unstorable() {
    return new GuestSpec(
        VM, FakeHypervisor.IMAGE, WHOLE_HOST, Map.of("large", "x".repeat(1 << 17)));
  }

  @Test
  void shouldLeaveNothingBehindWhenATargetCannotBeMade() {
    targetGuests.failToBoot();

    OrderResult failed = targetControl.execute("prepare", Orders.prepare(spec(), 1));
    OrderResult again = targetControl.execute("prepare/2", Orders.prepare(spec(), 1));

    assertThat(failed.getFailure().getCode()).isEqualTo(Code.HYPERVISOR_FAILED);
    assertThat(again.getFailure().getCode())
        .as("no permit leaked")
        .isEqualTo(Code.HYPERVISOR_FAILED);
    assertThat(targetControl.execute("abort", Orders.abort(VM, 1)).hasDone()).isTrue();
  }

  @Test
  void shouldSayWhichDirectoryItCannotUseAndStartOnceItCan() throws IOException {
    source.close();
    Path images = directory.resolve("source").resolve("images");
    Files.delete(images);
    Files.createFile(images);

    assertThatThrownBy(() -> start("source", sourceControl, sourceGuests))
        .isInstanceOf(AgentStartException.class)
        .hasMessageContaining(images.toString());

    Files.delete(images);
    source = start("source", sourceControl, sourceGuests);
  }

  @Test
  void shouldAnswerAnOrderItCannotRead() {
    OrderResult malformed =
        sourceControl.execute(
            "odd", Order.newBuilder().setPauseGuest(PauseGuest.newBuilder().setVmId("vm-1")));

    assertThat(malformed.getFailure().getDetail()).contains("vm-1");
  }

  @Test
  void shouldReportATrappedGuestWithItsReason() {
    bootAtSource();

    sourceGuests.guest(VM).trap("unreachable executed");

    GuestStatus ended =
        sourceControl
            .await(m ->
                m.hasGuestChanged()
                    && m.getGuestChanged().getGuest().getState() == GuestStatus.State.ENDED)
            .getGuestChanged()
            .getGuest();
    assertThat(ended.getReason()).isEqualTo("unreachable executed");
  }

  @Test
  void shouldRefuseWhatTheHostCannotDoAndChangeNothing() {
    var broken =
        new GuestSpec(VM, FakeHypervisor.BROKEN_IMAGE, spec().resources(), spec().arguments());
    var huge =
        new GuestSpec(
            VM, FakeHypervisor.IMAGE, new Resources(1, ByteSize.ofMib(2)), spec().arguments());

    OrderResult unusable = sourceControl.execute("boot/1", Orders.boot(broken, 1));
    OrderResult tooLarge = sourceControl.execute("boot/2", Orders.boot(huge, 1));

    assertThat(unusable.getFailure().getCode()).isEqualTo(Code.IMAGE_UNUSABLE);
    assertThat(unusable.getFailure().getDetail()).contains("wrong magic");
    assertThat(tooLarge.getFailure().getCode()).isEqualTo(Code.INSUFFICIENT_RESOURCES);
    assertThat(tooLarge.getFailure().getDetail()).contains("2 MiB", "1 MiB");
    assertThat(sourceGuests.journal()).isEmpty();
    bootAtSource(); // the epoch was not used up
  }

  @Test
  void shouldLimitTheMigrationsToOneHost() {
    targetControl.execute("prepare", Orders.prepare(spec(), 1));

    OrderResult second =
        targetControl.execute("prepare/2", Orders.prepare(spec(Samples.OTHER_VM), 1));
    assertThat(second.getFailure().getCode()).isEqualTo(Code.INSUFFICIENT_RESOURCES);

    targetControl.execute("abort", Orders.abort(VM, 1));
    OrderResult third =
        targetControl.execute("prepare/3", Orders.prepare(spec(Samples.OTHER_VM), 1));
    assertThat(third.hasTargetPrepared()).as("%s", third).isTrue();
  }

  @Test
  void shouldPassOnTheGuestsOwnReportAndConsole() {
    bootAtSource();

    sourceGuests.guest(VM).print("hello");
    sourceGuests.guest(VM).print("@drover beats=1");

    sourceControl.await(m ->
        m.hasGuestChanged()
            && m.getGuestChanged().getGuest().getReportOrDefault("beats", "").equals("1"));
    OrderResult console = sourceControl.execute("console", Orders.console(VM));
    assertThat(console.getConsole().getText().toStringUtf8()).isEqualTo("hello\n@drover beats=1\n");
  }
}
