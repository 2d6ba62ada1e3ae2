package io.drover.actor.migration;

import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.api.MigrationView.Figures;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.MigrationBehavior.Internal;
import io.drover.actor.migration.SimulatedMigration.Crash;
import io.drover.actor.migration.SimulatedNetwork.Faults;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One fault at a time, in every phase; the fleet is simulated, the course is the real one. */
class MigrationFaultTest {
  private static final Duration LEAK_CHECK = Duration.ofMinutes(5);
  private static final Set<Phase> AFTER_SWITCHOVER =
      EnumSet.of(Phase.SWITCHED_OVER, Phase.VERIFYING, Phase.SOURCE_RELEASED, Phase.COMPLETED);

  private static SimulatedFleet fleet() {
    return new SimulatedFleet(1, Faults.NONE);
  }

  private static void finish(SimulatedFleet fleet) {
    fleet.request(Optional.of(TARGET));
    goOn(fleet);
  }

  private static void goOn(SimulatedFleet fleet) {
    fleet.runUntilOver();
    fleet.run(LEAK_CHECK);
    SingleRunner.checkOver(fleet);
  }

  @Test
  void shouldMoveARunningVmThroughEveryPhaseAndKeepItsFigures() {
    SimulatedFleet fleet = fleet();

    finish(fleet);

    assertThat(fleet.migration.phases())
        .containsExactly(
            Phase.REQUESTED,
            Phase.QUEUED,
            Phase.TARGET_RESERVED,
            Phase.TARGET_PREPARED,
            Phase.PRE_COPY,
            Phase.LOCKED,
            Phase.STOP_AND_COPY,
            Phase.SWITCHED_OVER,
            Phase.VERIFYING,
            Phase.SOURCE_RELEASED,
            Phase.COMPLETED);
    Figures figures = ((MigrationState.Over) fleet.migration.state()).job().figures();
    assertThat(figures.predictedBlackout()).contains(Duration.ofMillis(40));
    assertThat(figures.vcpuGap()).isPresent();
    assertThat(figures.guestGap()).contains(Duration.ofMillis(3));
    assertThat(figures.commit()).isPresent();
    assertThat(figures.total()).isPresent();
    assertThat(figures.sourceDigest()).isEqualTo(figures.targetDigest());
    assertThat(figures.runEpoch().orElseThrow().value()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Crash.class,
      names = {"BEFORE", "AFTER"})
  void shouldEndWithOneRunnerWhenItsNodeDiesAtAnyWrite(Crash kind) {
    int writes = journalOfACleanRun();
    for (int at = 1; at < writes; at++) {
      SimulatedFleet fleet = fleet();
      AtomicInteger seen = new AtomicInteger();
      int fatal = at;
      fleet.request(Optional.of(TARGET));
      fleet.migration.crashes = _ -> seen.incrementAndGet() == fatal ? kind : Crash.NOT;

      goOn(fleet);

      assertThat(seen.get()).as("write %d was reached", at).isGreaterThanOrEqualTo(at);
    }
  }

  private static int journalOfACleanRun() {
    SimulatedFleet fleet = fleet();
    finish(fleet);
    return fleet.migration.journal.size();
  }

  @Test
  void shouldCompleteWhenAnyOneMessageIsLost() {
    for (int lost = 0; lost < 60; lost++) {
      SimulatedFleet fleet = fleet();
      AtomicInteger sent = new AtomicInteger();
      int drop = lost;
      fleet.network.loses = _ -> sent.getAndIncrement() == drop;

      finish(fleet);

      // only a digest that was said to nobody ends it, and then the source goes on
      assertThat(fleet.migration.phase())
          .as("message %d lost: %s", lost, fleet.migration.reason())
          .isIn(Phase.COMPLETED, Phase.ROLLED_BACK);
      if (fleet.migration.phase() == Phase.ROLLED_BACK) {
        assertThat(fleet.migration.reason()).contains("the target is not ready");
      }
    }
  }

  @Test
  void shouldCompleteWhenEveryMessageComesTwice() {
    SimulatedFleet fleet = new SimulatedFleet(1, new Faults(0, 1, Duration.ofMillis(20)));

    finish(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {
        "REQUESTED",
        "QUEUED",
        "TARGET_RESERVED",
        "TARGET_PREPARED",
        "PRE_COPY",
        "LOCKED",
        "STOP_AND_COPY",
        "SWITCHED_OVER",
        "VERIFYING",
        "SOURCE_RELEASED"
      })
  void shouldCancelInAnyPhaseBeforeTheSwitchoverAndGoOnAfterIt(Phase phase) {
    SimulatedFleet fleet = fleet();
    once(
        fleet,
        phase,
        () ->
            fleet.migration.hear(
                new Migration.Request.Cancel(TestInbox.<Migration.Reply>create().getRef())));

    finish(fleet);

    boolean late = AFTER_SWITCHOVER.contains(phase);
    assertThat(fleet.migration.phase()).isEqualTo(late ? Phase.COMPLETED : Phase.CANCELLED);
    assertThat(fleet.vm.holder).isEqualTo(late ? TARGET : SOURCE);
  }

  /** Does something right after the phase is entered for the first time. */
  private static void once(SimulatedFleet fleet, Phase phase, Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    fleet.migration.entered =
        state -> {
          if (state.phase() == phase && done.compareAndSet(false, true)) {
            fleet.simulation.after(Duration.ZERO, action);
          }
        };
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndWithOneRunnerWhenAnAgentDiesInAnyPhase(boolean guestsOutliveTheirAgent) {
    for (HostId victim : List.of(SOURCE, TARGET)) {
      for (Phase phase : EnumSet.range(Phase.REQUESTED, Phase.SOURCE_RELEASED)) {
        SimulatedFleet fleet = fleet();
        fleet.hosts().forEach(host -> host.adoptsGuests = guestsOutliveTheirAgent);
        once(fleet, phase, () -> fleet.host(victim).crash(Duration.ofSeconds(5)));

        finish(fleet);

        assertThat(fleet.migration.phase())
            .as("%s died in %s: %s", victim, phase, fleet.migration.reason())
            .isIn(Phase.COMPLETED, Phase.ROLLED_BACK);
        if (victim.equals(TARGET) && phase == Phase.PRE_COPY) {
          assertThat(fleet.vm.holder).as("the source goes on").isEqualTo(SOURCE);
        }
      }
    }
  }

  @Test
  void shouldRollBackAndResumeTheSourceWhenTheTargetStaysDeadInStopAndCopy() {
    SimulatedFleet fleet = fleet();
    once(fleet, Phase.STOP_AND_COPY, () -> fleet.host(TARGET).crash(Duration.ofHours(1)));
    fleet.request(Optional.of(TARGET));

    fleet.run(Duration.ofMinutes(1));

    assertThat(fleet.migration.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(fleet.migration.reason()).contains("the target was not reached");
    assertThat(fleet.host(SOURCE).isRunning()).isTrue();
    assertThat(fleet.host(TARGET).claims).isEmpty();
  }

  @Test
  void shouldRollBackWhenTheDigestsDiffer() {
    SimulatedFleet fleet = fleet();
    fleet.targetDigest = "f".repeat(32);

    finish(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(fleet.migration.reason())
        .contains("digests differ", SimulatedFleet.DIGEST, "f".repeat(32));
    assertThat(fleet.vm.holder).isEqualTo(SOURCE);
  }

  @Test
  void shouldGoForwardWhenItIsTooLateToRollBack() {
    SimulatedFleet fleet = fleet();
    lose(fleet, Internal.VmSaid.class, said -> said.reply() instanceof MigrationReply.SwitchedOver);

    finish(fleet);

    assertThat(fleet.migration.phases())
        .containsSubsequence(Phase.STOP_AND_COPY, Phase.ROLLING_BACK, Phase.SWITCHED_OVER);
    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
    assertThat(fleet.vm.holder).isEqualTo(TARGET);
  }

  private static <T> void lose(SimulatedFleet fleet, Class<T> type, Predicate<T> which) {
    fleet.network.loses = m -> type.isInstance(m) && which.test(type.cast(m));
  }

  @Test
  void shouldGiveUpWithTheFiguresWhenPreCopyDoesNotConverge() {
    SimulatedFleet fleet = fleet();
    fleet.predictions = _ -> Duration.ofSeconds(5);

    finish(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(fleet.migration.reason())
        .contains("does not converge", "8 rounds", "5000 ms", "300 ms");
  }

  @Test
  void shouldWaitWhileSourceAndTargetAreBusy() {
    SimulatedFleet fleet = fleet();
    fleet.host(TARGET).busy = 2;
    fleet.host(SOURCE).busy = 3;

    finish(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
    assertThat(fleet.migration.journal)
        .filteredOn(e -> e instanceof Event.TargetRefused)
        .hasSize(2);
  }

  @Test
  void shouldKeepTheSourcesCopyUntilTheGuestIsVerified() {
    SimulatedFleet fleet = fleet();
    AtomicBoolean mute = new AtomicBoolean(true);
    lose(
        fleet,
        Internal.OrderEnded.class,
        ended -> mute.get() && ended.outcome().orderId().contains("/verify/"));
    fleet.request(Optional.of(TARGET));
    fleet.run(Duration.ofMinutes(2));
    assertThat(fleet.migration.phase()).isEqualTo(Phase.NEEDS_OPERATOR);
    assertThat(fleet.host(SOURCE).guest(SimulatedFleet.VM)).isEqualTo(GuestState.PAUSED);

    mute.set(false);
    goOn(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
  }

  @Test
  void shouldDiscardTheSourcesCopyWhenTheOwnerWantsTheVmGone() {
    SimulatedFleet fleet = fleet();
    lose(fleet, Internal.OrderEnded.class, ended -> ended.outcome().orderId().contains("/verify/"));
    fleet.request(Optional.of(TARGET));
    fleet.run(Duration.ofMinutes(2));

    fleet.migration.hear(new Notice.GiveUp("the VM is to be deleted"));
    goOn(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
  }

  @Test
  void shouldCompleteAndSaySoWhenTheTargetLosesTheGuestAfterTheSwitchover() {
    SimulatedFleet fleet = fleet();
    once(fleet, Phase.SWITCHED_OVER, () -> fleet.host(TARGET).crash(Duration.ofSeconds(3)));

    finish(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
    assertThat(fleet.vm.runEpoch.value()).as("booted again under a later grant").isEqualTo(3);
    MigrationState.Over over = (MigrationState.Over) fleet.migration.state();
    assertThat(over.job().history())
        .anySatisfy(entry -> assertThat(entry.reason()).contains("run epoch 3", "is lost"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSwitchOverInWhicheverOrderTheDigestsCome(boolean targetFirst) {
    SimulatedFleet fleet = fleet();
    AtomicBoolean held = new AtomicBoolean();
    fleet.network.loses =
        m -> {
          boolean hold =
              targetFirst
                  ? m instanceof Internal.OrderEnded o
                      && o.outcome().orderId().contains("/stop-and-copy/")
                  : m instanceof Notice.AgentSaid said
                      && said.report() instanceof AgentReport.TargetReady;
          if (hold && held.compareAndSet(false, true)) {
            fleet.simulation.after(
                Duration.ofMillis(500),
                () -> fleet.migration.hear((Migration.Command) m)); // late, not lost
            return true;
          }
          return false;
        };

    finish(fleet);

    assertThat(held).isTrue();
    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
  }
}
