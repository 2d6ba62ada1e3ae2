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
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
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
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;

/** A migration's actor, and the test in the place of all others. */
abstract class MigrationEntityFixture {
  static final ActorTestKit KIT =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(ConfigFactory.parseString("pekko.loglevel = DEBUG"))
              .withFallback(ConfigFactory.load()));
  static final Instant NOW = MigrationSamples.NOW;
  static final String PERSISTENCE_ID = "migration|" + MIGRATION;

  final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  final TestProbe<Object> others = KIT.createTestProbe();
  final TestProbe<Reply> caller = KIT.createTestProbe();
  final TestProbe<String> rest = KIT.createTestProbe();
  final List<Phase> observed = new CopyOnWriteArrayList<>();

  final Routes routes =
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

  ActorRef<Command> spawn() {
    return spawn(MigrationSettings.defaults());
  }

  ActorRef<Command> spawn(MigrationSettings settings) {
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

  Request.Start start(String digest) {
    MigrateRequest request =
        new MigrateRequest(
            Optional.of(TARGET), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
    return new Request.Start(VM, SOURCE, request, digest, caller.ref());
  }

  MigrationView shown() {
    return ((Reply.Shown) caller.receiveMessage()).migration();
  }

  MigrationView view(ActorRef<Command> migration) {
    migration.tell(new Request.Get(caller.ref()));
    return shown();
  }

  /** The next message of this type; others in between are repetitions. */
  <T> T expect(Class<T> type) {
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

  Host.Command.Instruct order(Class<? extends AgentOrder> what) {
    while (true) {
      Host.Command.Instruct order = expect(Host.Command.Instruct.class);
      if (what.isInstance(order.order())) {
        return order;
      }
    }
  }

  static void answer(Host.Command.Instruct order, Outcome outcome) {
    order.replyTo().tell(new OrderOutcome.Answered(TARGET, order.orderId(), outcome));
  }

  void goToPreCopy(ActorRef<Command> migration) {
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

  /** It is in pre-copy, and has looked at both ends for the second time. */
  void awaitPreCopy() {
    awaitLook();
    awaitLook();
  }

  void awaitLook() {
    expect(Host.Command.Get.class);
    expect(Host.Command.Get.class);
  }

  /** It has converged: both hosts say that their agents are connected. */
  void seeBothEnds() {
    for (HostId end : List.of(SOURCE, TARGET)) {
      expect(Host.Command.Get.class)
          .replyTo()
          .tell(new Host.Reply.Shown(MigrationSamples.host(end, "i1", HostView.State.CONNECTED)));
    }
  }

  void goToSwitchover(ActorRef<Command> migration) {
    AgentReport.Round round = MigrationSamples.ROUND;
    awaitPreCopy();
    migration.tell(new Notice.AgentSaid(SOURCE, new AgentReport.RoundReported(MIGRATION, round)));
    seeBothEnds();
    expect(FromMigration.LockForMigration.class)
        .replyTo()
        .tell(new MigrationReply.Locked(MIGRATION));
    Host.Command.Instruct stop = order(AgentOrder.StopAndCopy.class);
    assertThat(stop.orderId()).isEqualTo(MIGRATION + "/stop-and-copy/1.1");
    migration.tell(
        new Notice.AgentSaid(
            TARGET, new AgentReport.TargetReady(MIGRATION, SimulatedFleet.DIGEST, NOW)));
    answer(stop, SimulatedAgent.stopped(NOW));
    expect(FromMigration.SwitchOver.class)
        .replyTo()
        .tell(new MigrationReply.SwitchedOver(MIGRATION, TARGET, new Epoch(2)));
  }
}
