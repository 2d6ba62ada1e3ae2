package io.drover.actor.host;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.hello;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.lease.LeaseStatus;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessList;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseRulesTest {
  private static final Duration TERM = Duration.ofSeconds(6);
  private static final WitnessList WITNESSES =
      new WitnessList(
          1,
          List.of(
              new Witness("host-north-00-h2", "127.0.0.1:1"),
              new Witness("host-north-00-h3", "127.0.0.1:2"),
              new Witness("north-n1", "127.0.0.1:3")));

  private final AgentLink link = new AgentLink(Duration.ZERO);
  private final HostSafety safety = leased().facts().safety();

  @Test
  void shouldSayHowManyWitnessesAreSilent() {
    link.leaseIs(status(1));
    assertThat(LeaseRules.weakness(safety, link))
        .isEqualTo("1 of its 3 witnesses do not answer it");

    link.leaseIs(status(0));
    assertThat(LeaseRules.weakness(safety, link)).isEmpty();
  }

  private static HostState.Registered leased() {
    HostState registered =
        HostState.evolve(
            new HostState.Unregistered(),
            new Host.Event.HostRegistered(H1, Host.Capabilities.of(hello("i1")), NOW));
    return (HostState.Registered)
        HostState.evolve(registered, new Host.Event.LeaseOpened(E1, TERM, WITNESSES, NOW));
  }

  private static Optional<LeaseStatus> status(int silent) {
    return Optional.of(new LeaseStatus(E1, 1, 0, true, TERM, silent));
  }
}
