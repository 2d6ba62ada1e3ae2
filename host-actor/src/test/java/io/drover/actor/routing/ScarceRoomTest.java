package io.drover.actor.routing;

import static io.drover.actor.routing.LeasedFleet.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.VmView.Phase;
import io.drover.config.units.ByteSize;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A host is lost, and what is left has room for one of its VMs only. */
class ScarceRoomTest {
  private static final int WHOLE_HOST = 4000;
  private static final int HALF_HOST = 2000;

  private final LeasedFleet hosts = new LeasedFleet();
  private final HostId h1 = hosts.attach("h1");
  private final HostId h2 = hosts.attach("h2");
  private final HostId h3 = hosts.attach("h3");
  private final HostId h4 = hosts.attach("h4");

  @AfterEach
  void stop() {
    hosts.close();
  }

  @Test
  void shouldRestartTheMoreImportantVmFirstAndTheOtherOnceThereIsRoom() {
    VmId minor = running(h1, HALF_HOST, 10);
    VmId major = running(h1, HALF_HOST, 900);
    VmId filler = running(h2, WHOLE_HOST, 100);
    running(h3, WHOLE_HOST, 100);
    running(h4, HALF_HOST, 100);
    hosts.holdsLease(h1);

    hosts.die(h1);

    hosts.eventually(() -> hosts.vm(major).host().filter(h4::equals).isPresent());
    hosts.eventually(() -> hosts.vm(minor).reason().contains("not restarted yet: no host of area"));
    assertThat(hosts.vm(minor).host()).contains(h1);
    done(hosts.local.controlPlane.deleteVm(filler, Terms.NONE));
    hosts.eventually(() -> hosts.vm(minor).host().filter(h2::equals).isPresent());
    hosts.eventually(() -> hosts.vm(minor).phase() == Phase.RUNNING);
  }

  private VmId running(HostId host, int cpuMillis, int priority) {
    return hosts.runningOn(
        host,
        new GuestSpec("pulse", new Resources(cpuMillis, ByteSize.ofMib(64)), Map.of())
            .with(new HostLossPolicy(OnHostLoss.RESTART, priority)));
  }
}
