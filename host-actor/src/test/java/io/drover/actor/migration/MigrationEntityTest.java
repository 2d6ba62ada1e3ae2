package io.drover.actor.migration;

import static io.drover.actor.migration.SimulatedFleet.MIGRATION;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.SPEC;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static io.drover.actor.migration.SimulatedFleet.VM;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.migration.Migration.Command;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.Migration.Reply;
import io.drover.actor.migration.Migration.Request;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.Epoch;
import io.drover.config.units.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** The actor: persists, answers, recovers. What it decides is tested without it. */
class MigrationEntityTest extends MigrationEntityFixture {
  @Test
  void shouldMoveAVmAndTellItsObserverEachPhase() {
    ActorRef<Command> migration = spawn();
    complete(migration);
    KIT.stop(migration);
    MigrationView view = view(spawn()); // from the journal alone

    assertThat(view.phase()).isEqualTo(Phase.COMPLETED);
    assertThat(view.waiting()).isEmpty();
    assertThat(view.rounds()).containsExactly(MigrationSamples.ROUND);
    assertThat(view.figures().vcpuGap()).contains(Duration.ofMillis(50));
    assertThat(view.figures().commit()).isPresent();
    assertThat(observed)
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
  }

  private void complete(ActorRef<Command> migration) {
    goToPreCopy(migration);
    goToSwitchover(migration);
    HostOffer offer =
        new HostOffer(
            TARGET, 1, true, false, Resources.NONE, Resources.NONE, List.of(), List.of(), Map.of());
    expect(Host.Command.HandOverClaim.class)
        .replyTo()
        .tell(new ClaimReply.Claimed(TARGET, VM, offer));
    GuestStatus guest =
        new GuestStatus(
            VM, new Epoch(2), GuestState.RUNNING, "", "embedded", Optional.empty(), Map.of(), NOW);
    answer(
        order(AgentOrder.VerifyGuest.class),
        new Outcome.GuestVerified(NOW.plusMillis(20), Duration.ofMillis(3), guest));
    answer(order(AgentOrder.RemoveGuest.class), new Outcome.Done());
    expect(FromMigration.EndMigration.class).replyTo().tell(new MigrationReply.Ended(MIGRATION));
    assertThat(expect(Host.Command.ReleaseClaim.class).owner()).isEqualTo(VM);

    caller.awaitAssert(() -> {
      assertThat(view(migration).phase()).isEqualTo(Phase.COMPLETED);
      return null;
    });
  }

  @Test
  void shouldHandOverAClaimThatItsVmShouldHaveHad() {
    ActorRef<Command> migration = spawn();
    complete(migration);
    TestProbe<Host.Need> host = KIT.createTestProbe();

    migration.tell(new Notice.StillNeeds(TARGET, 7, host.ref()));

    assertThat(expect(Host.Command.HandOverClaim.class).toOwner()).isEqualTo(VM);
    migration.tell(new Notice.StillNeeds(SOURCE, 8, host.ref()));
    assertThat(host.receiveMessage())
        .as("of the VM's claim only the VM says anything")
        .isEqualTo(new Host.Need(MIGRATION, 8, false));
  }

  @Test
  void shouldShowWhatItWaitsForWithReasonDeadlineAndNextAction() {
    ActorRef<Command> migration = spawn();
    migration.tell(start("digest"));

    MigrationView.Waiting waiting = shown().waiting().orElseThrow();

    assertThat(waiting.reason()).contains("the VM");
    assertThat(waiting.deadline())
        .isEqualTo(NOW.plus(MigrationSettings.defaults().answerDeadline()));
    assertThat(waiting.nextAction()).isEqualTo("rolls back");
  }

  @Test
  void shouldAnswerARetryFromItsStateAndRefuseAnotherRequest() {
    ActorRef<Command> migration = spawn();
    migration.tell(start("digest"));
    long version = shown().version();

    migration.tell(start("digest"));
    migration.tell(start("another"));

    assertThat(shown().version()).isEqualTo(version);
    assertThat(caller.receiveMessage()).isInstanceOf(Reply.Refused.class);
  }

  @Test
  void shouldAskForTheSameThingUnderTheSameOrderIdAfterARestart() {
    ActorRef<Command> migration = spawn();
    goToPreCopy(migration);
    awaitPreCopy();
    migration.tell(
        new Notice.AgentSaid(
            SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));
    seeBothEnds();
    expect(FromMigration.LockForMigration.class);

    KIT.stop(migration);
    ActorRef<Command> recovered = spawn();
    awaitLook();
    recovered.tell(
        new Notice.AgentSaid(
            SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));
    seeBothEnds();

    expect(FromMigration.LockForMigration.class)
        .replyTo()
        .tell(new MigrationReply.Locked(MIGRATION));
    assertThat(order(AgentOrder.StopAndCopy.class).orderId())
        .isEqualTo(MIGRATION + "/stop-and-copy/1.1");
  }

  @Test
  void shouldAskWhoHasTheGrantWhenItRecoversInStopAndCopy() {
    ActorRef<Command> migration = spawn();
    goToPreCopy(migration);
    awaitPreCopy();
    migration.tell(
        new Notice.AgentSaid(
            SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));
    seeBothEnds();
    expect(FromMigration.LockForMigration.class)
        .replyTo()
        .tell(new MigrationReply.Locked(MIGRATION));
    order(AgentOrder.StopAndCopy.class);

    KIT.stop(migration);
    ActorRef<Command> recovered = spawn();
    expect(FromMigration.AbandonMigration.class)
        .replyTo()
        .tell(new MigrationReply.AlreadySwitchedOver(MIGRATION, TARGET, new Epoch(2)));

    expect(Host.Command.HandOverClaim.class);
    assertThat(view(recovered).phase()).isEqualTo(Phase.SWITCHED_OVER);
  }

  @Test
  void shouldRestartAndGoOnWhenTheJournalFails() {
    ActorRef<Command> migration = spawn();
    migration.tell(start("digest"));
    shown();
    FromMigration.BeginMigration begin = expect(FromMigration.BeginMigration.class);
    journal.failNextPersisted(PERSISTENCE_ID);

    LoggingTestKit.error("")
        .withOccurrences(1)
        .expect(
            KIT.system(),
            () -> {
              begin
                  .replyTo()
                  .tell(new MigrationReply.MigrationBegun(MIGRATION, SOURCE, new Epoch(1), SPEC));
              return null;
            });
    expect(FromMigration.BeginMigration.class)
        .replyTo()
        .tell(new MigrationReply.MigrationBegun(MIGRATION, SOURCE, new Epoch(1), SPEC));

    expect(Scheduler.Command.SelectTarget.class);
  }

  @Test
  void shouldNotWaitLongerInTheQueueWhenAClockThatWasAheadHasWritten() {
    Instant ahead = NOW.plus(Duration.ofHours(1));
    journal.persistForRecovery(
        PERSISTENCE_ID,
        List.of(MigrationSamples.REQUESTED, new Event.Begun(SOURCE, new Epoch(1), SPEC, ahead)));

    MigrationView.Waiting waiting = view(spawn()).waiting().orElseThrow();

    assertThat(waiting.deadline()).isEqualTo(NOW.plus(MigrationSettings.defaults().queueTimeout()));
  }

  @Test
  void shouldCleanAgainAtTheEndWhatItHasLeftBefore() {
    ActorRef<Command> migration = spawn();
    migration.tell(start("digest"));
    shown();
    expect(FromMigration.BeginMigration.class)
        .replyTo()
        .tell(new MigrationReply.MigrationBegun(MIGRATION, SOURCE, new Epoch(1), SPEC));
    expect(Scheduler.Command.SelectTarget.class)
        .replyTo()
        .tell(new Scheduler.Placement.Placed(Optional.of(MIGRATION), TARGET));
    answer(
        order(AgentOrder.PrepareTarget.class),
        new Outcome.Failed(AgentReport.FailureCode.HYPERVISOR_FAILED, "no room for it"));
    Host.Command.Instruct leaving = order(AgentOrder.AbortMigration.class);
    answer(leaving, new Outcome.Done());

    migration.tell(new Request.Cancel(caller.ref()));
    expect(FromMigration.AbandonMigration.class)
        .replyTo()
        .tell(new MigrationReply.Abandoned(MIGRATION, SOURCE, new Epoch(1)));

    // the agent would answer the same id from memory: something may have come in meanwhile
    Host.Command.Instruct ending = order(AgentOrder.AbortMigration.class);
    assertThat(ending.orderId()).isNotEqualTo(leaving.orderId());
  }

  @Test
  void shouldLeaveMemoryAfterItIsOver() {
    ActorRef<Command> migration =
        spawn(
            MigrationSettings.from(
                ConfigFactory.parseString("drover.migration.rest-after = 1ms")
                    .withFallback(ConfigFactory.defaultReference())));
    migration.tell(start("digest"));
    shown();
    migration.tell(new Request.Cancel(caller.ref()));
    assertThat(shown().phase()).isEqualTo(Phase.ROLLING_BACK);
    expect(FromMigration.AbandonMigration.class)
        .replyTo()
        .tell(new MigrationReply.Abandoned(MIGRATION, SOURCE, new Epoch(1)));
    expect(FromMigration.EndMigration.class).replyTo().tell(new MigrationReply.Ended(MIGRATION));

    rest.expectMessage("rest");

    assertThat(view(migration).phase()).isEqualTo(Phase.CANCELLED);
  }

  @Test
  void shouldLeaveMemoryWhenItWasOnlyAskedAbout() {
    ActorRef<Command> nobody =
        spawn(
            MigrationSettings.from(
                ConfigFactory.parseString("drover.migration.rest-after = 1ms")
                    .withFallback(ConfigFactory.defaultReference())));
    nobody.tell(new Request.Get(caller.ref()));
    assertThat(caller.receiveMessage()).isInstanceOf(Reply.Refused.class);

    rest.expectMessage("rest");
  }

  @Test
  void shouldWriteAndReadEverythingItSendsAndStores() {
    List<Object> all = new ArrayList<>(MigrationSamples.events());
    all.addAll(MigrationSamples.states());
    all.add(start("digest"));
    all.add(new Request.Cancel(caller.ref()));
    all.add(new Notice.GiveUp("reason"));
    all.add(new Notice.AgentRestarted(SOURCE, "i1"));
    all.add(new Notice.AgentLost(TARGET));
    all.add(
        new Notice.AgentSaid(
            SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));
    for (Object value : all) {
      KIT.serializationTestKit().verifySerialization(value, true);
    }
    ActorRef<Command> migration = spawn();
    migration.tell(start("digest"));
    KIT.serializationTestKit().verifySerialization(caller.receiveMessage(), true);
  }
}
