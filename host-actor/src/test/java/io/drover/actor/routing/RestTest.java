package io.drover.actor.routing;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.fencing;
import static io.drover.actor.Samples.workloadBurst;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.Ids;
import io.drover.actor.RecordingRoutes;
import io.drover.actor.host.Host;
import io.drover.actor.vm.CancelledMigrations;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.SettingsFile;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Entities that somebody asked for by a wrong id, or that have nothing to do, leave memory. */
class RestTest {
  private final LocalFleet fleet = new LocalFleet();
  private final TestProbe<String> shard = fleet.kit.createTestProbe();
  private final EntitySettings settings =
      EntitySettings.from(
          ConfigFactory.parseString("drover.entities.rest-after = 1ms")
              .withFallback(SettingsFile.load(Optional.empty())));

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void shouldLetAVmRestThatDoesNotExist() {
    TestProbe<Vm.Reply> caller = fleet.kit.createTestProbe();
    ActorRef<Vm.Command> vm =
        fleet.kit.spawn(
            Vm.create(
                VM,
                PersistenceId.ofUniqueId("vm-at-rest"),
                new Vm.Ports(
                    new RecordingRoutes(),
                    new CancelledMigrations(),
                    settings,
                    workloadBurst(),
                    () -> NOW,
                    Ids.random()),
                () -> shard.ref().tell("passivate")));

    vm.tell(new Vm.Request.Get(caller.ref()));

    caller.expectMessageClass(Vm.Reply.Refused.class);
    shard.expectMessage("passivate");
  }

  @Test
  void shouldLetAHostRestThatDoesNotExist() {
    TestProbe<Host.Reply> caller = fleet.kit.createTestProbe();
    ActorRef<Host.Command> host =
        fleet.kit.spawn(
            Host.create(
                H1,
                PersistenceId.ofUniqueId("host-at-rest"),
                new Host.Ports(
                    new RoutedPeers(new RecordingRoutes()), settings, () -> NOW, fencing()),
                () -> shard.ref().tell("passivate")));

    host.tell(new Host.Command.Get(caller.ref()));

    caller.expectMessageClass(Host.Reply.Refused.class);
    shard.expectMessage("passivate");
  }
}
