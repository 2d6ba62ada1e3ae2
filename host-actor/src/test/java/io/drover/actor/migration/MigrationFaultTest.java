package io.drover.actor.migration;

import static io.drover.actor.migration.FleetRuns.finish;
import static io.drover.actor.migration.FleetRuns.fleet;
import static io.drover.actor.migration.FleetRuns.goOn;
import static io.drover.actor.migration.FleetRuns.once;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.MigrationView.Figures;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.SimulatedMigration.Crash;
import io.drover.actor.migration.SimulatedNetwork.Faults;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One fault at a time, in every phase; the fleet is simulated, the course is the real one. */
class MigrationFaultTest {
  private static final Set<Phase> AFTER_SWITCHOVER =
      EnumSet.of(Phase.SWITCHED_OVER, Phase.VERIFYING, Phase.SOURCE_RELEASED, Phase.COMPLETED);

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
    assertThat(figures.guestGap()).contains(Duration.ofSeconds(3));
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
    fleet.run(Duration.ofHours(1)); // it is back
    SingleRunner.checkOver(fleet);
  }
}
