package io.drover.actor.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.units.EntityId;
import java.util.List;

/** What must hold of a simulated fleet: at every moment, and when all is over. */
final class SingleRunner {
  private SingleRunner() {}

  /** Never two runners, and never one that another grant has overtaken. */
  static void check(SimulatedFleet fleet) {
    List<SimulatedHost> running = fleet.hosts().stream().filter(SimulatedHost::isRunning).toList();
    assertThat(running).as("hosts that run the VM").hasSizeLessThanOrEqualTo(1);
    if (!fleet.targetDigest.equals(SimulatedFleet.DIGEST)) {
      assertThat(fleet.vm.holder)
          .as("a target with other memory never gets the grant")
          .isEqualTo(SimulatedFleet.SOURCE);
    }
    for (SimulatedHost host : running) {
      assertThat(host.id).as("the runner is the holder of the grant").isEqualTo(fleet.vm.holder);
      assertThat(host.guestEpoch()).as("run epoch of the guest").isEqualTo(fleet.vm.runEpoch);
    }
  }

  /** One runner, the one that holds the grant; its claim and no other; nothing left anywhere. */
  static void checkOver(SimulatedFleet fleet) {
    assertThat(fleet.migration.isOver()).as("over: %s", fleet.migration.state()).isTrue();
    assertThat(fleet.hosts().stream().filter(SimulatedHost::isRunning).map(host -> host.id))
        .as("runners")
        .containsExactly(fleet.vm.holder);
    assertThat(fleet.vm.migration).as("the VM's migration").isEmpty();
    for (SimulatedHost host : fleet.hosts()) {
      List<EntityId> expected =
          host.id.equals(fleet.vm.holder) ? List.of(SimulatedFleet.VM) : List.of();
      assertThat(host.claims).as("claims at %s", host.id).containsExactlyElementsOf(expected);
      if (!host.id.equals(fleet.vm.holder)) {
        assertThat(host.guest(SimulatedFleet.VM)).as("guest left at %s", host.id).isNull();
      }
    }
  }
}
