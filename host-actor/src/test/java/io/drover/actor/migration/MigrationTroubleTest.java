package io.drover.actor.migration;

import static io.drover.actor.migration.FleetRuns.finish;
import static io.drover.actor.migration.FleetRuns.fleet;
import static io.drover.actor.migration.FleetRuns.goOn;
import static io.drover.actor.migration.FleetRuns.once;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.MigrationBehavior.Internal;
import io.drover.actor.vm.Vm.MigrationReply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may go wrong with the work itself: memory, convergence, room, the guest. */
class MigrationTroubleTest {
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
