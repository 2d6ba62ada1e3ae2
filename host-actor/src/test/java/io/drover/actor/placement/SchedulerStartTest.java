package io.drover.actor.placement;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.embedded;
import static io.drover.actor.Samples.moves;
import static io.drover.actor.Samples.pulse;
import static io.drover.actor.Samples.settings;
import static io.drover.actor.Samples.workloadBurst;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.RecordingRoutes;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.area.Area;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.KnownFleet;
import io.drover.actor.area.Management;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.Scheduler.Command;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.placement.SchedulerBehavior.Internal;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A scheduler that has moved: the agents of its hosts are on their way to another node, too. */
class SchedulerStartTest {
  private static final Resources ROOM = new Resources(4000, ByteSize.ofMib(1024));

  private final RecordingRoutes routes = new RecordingRoutes();
  private final TestInbox<Placement> owner = TestInbox.create();
  private final BehaviorTestKit<Command> scheduler =
      BehaviorTestKit.create(
          Scheduler.create(
              NORTH,
              new Scheduler.Ports(
                  routes,
                  (_, _) -> {},
                  settings(),
                  moves(),
                  LeaseSettings.from(SettingsFile.load(Optional.empty())),
                  new NoOthers(),
                  workloadBurst(),
                  new KnownFleet(),
                  () -> NOW)));

  @BeforeEach
  void start() {
    Management management =
        new Management(
            NORTH,
            new Epoch(1),
            1,
            1,
            8,
            Map.of(),
            AreaPolicy.DEFAULT,
            NORTH,
            Map.of(),
            Map.of(NORTH, List.of("n1:1")));
    scheduler.run(
        new Internal.AreaAnswered(
            new Area.Reply.Shown(management, List.of(H1, H2), Area.Cause.DEFINED, "", NOW)));
    scheduler.run(
        new Command.PlaceVm(VM, SPEC, Optional.empty(), BurstPolicy.NEVER, owner.getRef()));
  }

  @Test
  void shouldWaitForAnAgentThatIsOnItsWayBack() {
    scheduler.run(offer(H1, 1, false, Optional.empty()));
    scheduler.run(offer(H2, 1, false, Optional.of(NOW)));
    assertThat(owner.hasMessages()).as("refused").isFalse();

    scheduler.run(offer(H1, 2, true, Optional.empty()));

    assertThat(routes.commands(Host.Command.Claim.class)).hasSize(1);
  }

  @Test
  void shouldNotWaitForOneThatIsLost() {
    scheduler.run(offer(H1, 1, true, Optional.empty()));
    assertThat(routes.commands(Host.Command.Claim.class)).isEmpty();

    scheduler.run(offer(H2, 1, false, Optional.of(NOW)));

    assertThat(routes.commands(Host.Command.Claim.class)).hasSize(1);
  }

  @Test
  void shouldRefuseInTheEnd() {
    scheduler.run(offer(H1, 1, false, Optional.empty()));
    scheduler.run(offer(H2, 1, false, Optional.empty()));

    scheduler.run(new Internal.InventoryTimedOut());

    assertThat(owner.receiveMessage()).isInstanceOf(Placement.Refused.class);
  }

  private static Command offer(
      HostId host, long version, boolean connected, Optional<Instant> lostAt) {
    return new Command.HostOffered(
        new HostOffer(
            host,
            version,
            connected,
            false,
            ROOM,
            Resources.NONE,
            List.of(embedded()),
            List.of(pulse()),
            Map.of(),
            List.of(),
            new HostOffer.Safety("", false, lostAt, "", "")));
  }

  private static final class NoOthers implements WitnessBoard {
    @Override
    public void post(AreaId area, List<WitnessCandidate> hosts) {}

    @Override
    public List<WitnessCandidate> besides(AreaId area) {
      return List.of();
    }
  }
}
