package io.drover.actor.migration;

import static io.drover.actor.migration.FleetRuns.fleet;
import static io.drover.actor.migration.FleetRuns.goOn;
import static io.drover.actor.migration.FleetRuns.once;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether both ends can answer: before the source is stopped, and when all is given back. */
class MigrationReachTest {
  private static final Duration LONG = Duration.ofHours(1);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldNotLockTheVmWhileOneEndCannotAnswerAndRollBackInTheEnd(boolean source) {
    SimulatedFleet fleet = fleet();
    HostId lost = source ? SOURCE : TARGET;
    once(fleet, Phase.PRE_COPY, () -> fleet.host(lost).cutOff(Duration.ofMinutes(2)));
    fleet.request(Optional.of(TARGET));

    fleet.run(Duration.ofMinutes(1));
    assertThat(fleet.migration.phases()).doesNotContain(Phase.LOCKED);
    goOn(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(fleet.migration.reason())
        .contains("agent has had no session", source ? "source" : "target");
    assertThat(fleet.migration.phases()).doesNotContain(Phase.STOP_AND_COPY);
  }

  @Test
  void shouldWaitInPreCopyUntilTheTargetCanAnswerAgain() {
    SimulatedFleet fleet = fleet();
    once(fleet, Phase.PRE_COPY, () -> fleet.host(TARGET).cutOff(Duration.ofSeconds(10)));
    fleet.request(Optional.of(TARGET));

    fleet.run(Duration.ofSeconds(9));
    assertThat(fleet.migration.phase()).isEqualTo(Phase.PRE_COPY);
    goOn(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
  }

  @Test
  void shouldResumeTheSourceAtOnceWhenTheTargetDiesInStopAndCopy() {
    SimulatedFleet fleet = fleet();
    once(fleet, Phase.STOP_AND_COPY, () -> fleet.host(TARGET).crash(LONG));
    fleet.request(Optional.of(TARGET));

    fleet.run(Duration.ofSeconds(3));

    assertThat(fleet.migration.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(fleet.host(SOURCE).isRunning()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"TARGET_RESERVED", "TARGET_PREPARED", "PRE_COPY", "LOCKED", "STOP_AND_COPY"})
  void shouldEndARollbackWithoutItsDeadTargetAndLeaveNothingBehind(Phase phase) {
    SimulatedFleet fleet = fleet();
    once(fleet, phase, () -> fleet.host(TARGET).crash(LONG));
    fleet.hosts().forEach(host -> host.adoptsGuests = true);
    fleet.request(Optional.of(TARGET));
    fleet.run(Duration.ofSeconds(2));

    fleet.migration.hear(FleetRuns.cancel());
    fleet.run(Duration.ofSeconds(1));

    assertThat(fleet.migration.isOver()).as("%s", fleet.migration.state()).isTrue();
    assertThat(fleet.migration.reason()).contains("the target was not reached");
    assertThat(fleet.vm.migration).isEmpty();
    assertThat(fleet.host(SOURCE).isRunning()).isTrue();
    assertThat(fleet.host(TARGET).claims)
        .as("kept while nobody knows what is left there")
        .containsExactly(SimulatedFleet.MIGRATION);
    fleet.run(LONG.plusMinutes(3)); // its agent is back, and its claims were asked about
    SingleRunner.checkOver(fleet);
  }
}
