package io.drover.actor.migration;

import static io.drover.actor.migration.SimulatedFleet.MIGRATION;
import static io.drover.actor.migration.SimulatedFleet.SOURCE;
import static io.drover.actor.migration.SimulatedFleet.SPEC;
import static io.drover.actor.migration.SimulatedFleet.TARGET;
import static io.drover.actor.migration.SimulatedFleet.VM;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.migration.Migration.Command;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.Migration.Reply;
import io.drover.actor.migration.Migration.Request;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The actor: persists, answers, recovers. What it decides is tested without it. */
class MigrationEntityTest {
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(ConfigFactory.parseString("pekko.loglevel = DEBUG"))
              .withFallback(ConfigFactory.load()));
  private static final Instant NOW = MigrationSamples.NOW;
  private static final String PERSISTENCE_ID = "migration|" + MIGRATION;

  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final TestProbe<Object> others = KIT.createTestProbe();
  private final TestProbe<Reply> caller = KIT.createTestProbe();
  private final TestProbe<String> rest = KIT.createTestProbe();
  private final List<Phase> observed = new CopyOnWriteArrayList<>();

  private final Routes routes =
      new Routes() {
        @Override
        public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
          others.ref().tell((Object) command);
        }

        @Override
        public <C, R> CompletionStage<R> ask(
            EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
          throw new AssertionError("entities do not ask");
        }
      };

  @BeforeEach
  void clear() {
    journal.clearAll();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<Command> spawn() {
    return spawn(MigrationSettings.defaults());
  }

  private ActorRef<Command> spawn(MigrationSettings settings) {
    MigrationObserver observer = (_, phase, _) -> observed.add(phase);
    return KIT.spawn(
        Migration.create(
            MIGRATION,
            PersistenceId.ofUniqueId(PERSISTENCE_ID),
            new Migration.Ports(
                routes,
                observer.and((_, _, reason) -> assertThat(reason).isNotEmpty()),
                settings,
                EntitySettings.from(ConfigFactory.defaultReference()),
                () -> NOW),
            () -> rest.ref().tell("rest")));
  }

  private Request.Start start(String digest) {
    MigrateRequest request =
        new MigrateRequest(
            Optional.of(TARGET), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
    return new Request.Start(VM, SOURCE, request, digest, caller.ref());
  }

  private MigrationView shown() {
    return ((Reply.Shown) caller.receiveMessage()).migration();
  }

  private MigrationView view(ActorRef<Command> migration) {
    migration.tell(new Request.Get(caller.ref()));
    return shown();
  }

  /** The next message of this type; others in between are repetitions. */
  private <T> T expect(Class<T> type) {
    return type.cast(
        others
            .fishForMessage(
                Duration.ofSeconds(10),
                m ->
                    type.isInstance(m)
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore())
            .getLast());
  }

  private Host.Command.Instruct order(Class<? extends AgentOrder> what) {
    while (true) {
      Host.Command.Instruct order = expect(Host.Command.Instruct.class);
      if (what.isInstance(order.order())) {
        return order;
      }
    }
  }

  private static void answer(Host.Command.Instruct order, Outcome outcome) {
    order.replyTo().tell(new Host.OrderOutcome.Answered(TARGET, order.orderId(), outcome));
  }

  private void goToPreCopy(ActorRef<Command> migration) {
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
        new Outcome.TargetPrepared(new TransferTicket("127.0.0.1:1", 1, 1)));
    answer(order(AgentOrder.StartPreCopy.class), new Outcome.Done());
  }

  private void goToSwitchover(ActorRef<Command> migration) {
    AgentReport.Round round = MigrationSamples.ROUND;
    expect(Host.Command.Get.class); // it is in pre-copy and looks at the source
    migration.tell(new Notice.AgentSaid(SOURCE, new AgentReport.RoundReported(MIGRATION, round)));
    expect(FromMigration.LockForMigration.class)
        .replyTo()
        .tell(new MigrationReply.Locked(MIGRATION));
    Host.Command.Instruct stop = order(AgentOrder.StopAndCopy.class);
    assertThat(stop.orderId()).isEqualTo(MIGRATION + "/stop-and-copy/1.1");
    migration.tell(
        new Notice.AgentSaid(
            TARGET, new AgentReport.TargetReady(MIGRATION, SimulatedFleet.DIGEST, NOW)));
    answer(stop, SimulatedHost.stopped(NOW));
    expect(FromMigration.SwitchOver.class)
        .replyTo()
        .tell(new MigrationReply.SwitchedOver(MIGRATION, TARGET, new Epoch(2)));
  }

  @Test
  void shouldMoveAVmAndTellItsObserverEachPhase() {
    ActorRef<Command> migration = spawn();
    goToPreCopy(migration);
    goToSwitchover(migration);
    HostOffer offer =
        new HostOffer(
            TARGET, 1, true, false, Resources.NONE, Resources.NONE, List.of(), List.of(), Map.of());
    expect(Host.Command.HandOverClaim.class)
        .replyTo()
        .tell(new Host.ClaimReply.Claimed(TARGET, VM, offer));
    GuestStatus guest =
        new GuestStatus(
            VM, new Epoch(2), GuestState.RUNNING, "", "embedded", Optional.empty(), Map.of(), NOW);
    answer(
        order(AgentOrder.VerifyGuest.class),
        new Outcome.GuestVerified(NOW.plusMillis(20), Duration.ofMillis(3), guest));
    answer(order(AgentOrder.RemoveGuest.class), new Outcome.Done());
    assertThat(expect(Host.Command.ReleaseClaim.class).owner()).isEqualTo(VM);
    expect(FromMigration.EndMigration.class).replyTo().tell(new MigrationReply.Ended(MIGRATION));

    caller.awaitAssert(() -> {
      assertThat(view(migration).phase()).isEqualTo(Phase.COMPLETED);
      return null;
    });
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
    expect(Host.Command.Get.class);
    migration.tell(
        new Notice.AgentSaid(
            SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));
    expect(FromMigration.LockForMigration.class);

    KIT.stop(migration);
    spawn()
        .tell(
            new Notice.AgentSaid(
                SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));

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
    expect(Host.Command.Get.class);
    migration.tell(
        new Notice.AgentSaid(
            SOURCE, new AgentReport.RoundReported(MIGRATION, MigrationSamples.ROUND)));
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
  void shouldWriteAndReadEverythingItSendsAndStores() {
    List<Object> all = new ArrayList<>(MigrationSamples.events());
    all.addAll(MigrationSamples.states());
    all.add(start("digest"));
    all.add(new Request.Cancel(caller.ref()));
    all.add(new Notice.GiveUp("reason"));
    all.add(new Notice.AgentRestarted(SOURCE, "i1"));
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
