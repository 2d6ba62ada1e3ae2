package io.drover.actor.migration;

import static io.drover.actor.migration.FleetRuns.goOn;
import static io.drover.actor.migration.FleetRuns.once;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static io.drover.actor.migration.SimulatedFleet.THIRD;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.api.MigrationView.PhaseEntry;
import io.drover.actor.migration.SimulatedNetwork.Faults;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A migration that chooses its target itself, and targets that fail before anything is copied. */
class MigrationTargetChoiceTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration BACKOFF = MigrationSettings.defaults().targetBackoff();

  /** Either may be chosen first. */
  private static List<SimulatedFleet> fleets() {
    return LongStream.range(0, 6).mapToObj(seed -> new SimulatedFleet(seed, Faults.NONE)).toList();
  }

  @Test
  void shouldChooseAnotherTargetAtOnceWhenTheFirstCannotMakeTheGuest() {
    int failed = 0;
    for (SimulatedFleet fleet : fleets()) {
      fleet.host(TARGET).fails = o -> o instanceof AgentOrder.PrepareTarget;
      fleet.request(Optional.empty());

      fleet.run(BACKOFF.minusSeconds(1));

      assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
      assertThat(fleet.vm.holder).isEqualTo(THIRD);
      failed += reasons(fleet).stream().anyMatch(r -> r.contains(TARGET + ": HYPER")) ? 1 : 0;
    }
    assertThat(failed).as("runs in which the failing one was chosen first").isBetween(1, 5);
  }

  @Test
  void shouldChooseAnotherTargetWhenTheFirstIsLostBeforeTheSourceHasBegun() {
    for (Phase phase : List.of(Phase.TARGET_RESERVED, Phase.TARGET_PREPARED)) {
      for (SimulatedFleet fleet : fleets()) {
        once(fleet, phase, () -> fleet.host(chosen(fleet)).crash(LONG));
        fleet.request(Optional.empty());

        fleet.run(BACKOFF.minusSeconds(1));

        assertThat(fleet.migration.phase()).as("lost in %s", phase).isEqualTo(Phase.COMPLETED);
        assertThat(reasons(fleet)).anyMatch(r -> r.contains("has no session any more"));
        fleet.run(LONG.plusMinutes(3));
        SingleRunner.checkOver(fleet);
      }
    }
  }

  @Test
  void shouldTryAFailedTargetAgainAfterAWhileWhenThereIsNoOther() {
    SimulatedFleet fleet = new SimulatedFleet(1, Faults.NONE);
    fleet.host(THIRD).crash(LONG);
    int[] refusals = {1};
    fleet.host(TARGET).fails = o -> o instanceof AgentOrder.PrepareTarget && refusals[0]-- > 0;
    fleet.request(Optional.empty());

    goOn(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.COMPLETED);
    assertThat(fleet.vm.holder).isEqualTo(TARGET);
  }

  @Test
  void shouldGiveUpAfterAsManyFailedTargetsAsItMayTry() {
    SimulatedFleet fleet = new SimulatedFleet(1, Faults.NONE);
    fleet.hosts().forEach(host -> host.fails = o -> o instanceof AgentOrder.PrepareTarget);
    fleet.request(Optional.empty());

    goOn(fleet);

    assertThat(fleet.migration.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(fleet.migration.reason()).contains("5 targets failed", "HYPERVISOR_FAILED");
    assertThat(fleet.vm.holder).isEqualTo(SOURCE);
  }

  private static HostId chosen(SimulatedFleet fleet) {
    return fleet.migration.state().target().orElseThrow();
  }

  private static List<String> reasons(SimulatedFleet fleet) {
    return ((MigrationState.Known) fleet.migration.state())
        .job().history().stream().map(PhaseEntry::reason).toList();
  }
}
