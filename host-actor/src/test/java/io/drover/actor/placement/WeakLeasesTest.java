package io.drover.actor.placement;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.host.HostOffer;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WeakLeasesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final WeakLeases leases = new WeakLeases(PATIENCE);

  @Test
  void shouldNameHostsThatFindNoOtherWitnesses() {
    leases.put(offer(H1, true, "1 of its 3 witnesses do not answer it"), NOW);
    leases.put(offer(H2, true, ""), NOW);

    assertThat(leases.alarms(NOW.plus(PATIENCE).minusMillis(1))).isEmpty();
    assertThat(leases.alarms(NOW.plus(PATIENCE)))
        .singleElement()
        .satisfies(alarm -> {
          assertThat(alarm.kind()).isEqualTo("weak-leases");
          assertThat(alarm.detail())
              .contains(H1 + " (1 of its 3 witnesses do not answer it)")
              .doesNotContain(H2.text());
        });
  }

  @Test
  void shouldCountFromTheFirstTimeThatItWasWeak() {
    leases.put(offer(H1, true, "1 of its 3 witnesses do not answer it"), NOW);
    leases.put(offer(H1, true, "it does not hold its lease"), NOW.plus(PATIENCE));

    assertThat(leases.alarms(NOW.plus(PATIENCE)))
        .singleElement()
        .satisfies(alarm -> assertThat(alarm.detail()).contains("it does not hold its lease"));
  }

  @Test
  void shouldEndWithTheWeaknessAndLeaveLostHostsToTheirOwnAlarms() {
    leases.put(offer(H1, true, "weak"), NOW);
    leases.put(offer(H2, true, "weak"), NOW);
    leases.put(offer(H1, true, ""), NOW);
    leases.put(offer(H2, false, "weak"), NOW);

    assertThat(leases.alarms(NOW.plus(PATIENCE))).isEmpty();
  }

  @Test
  void shouldNotNameAThousand() {
    for (int i = 0; i < 1000; i++) {
      leases.put(offer(new HostId(new CellId(H1.area(), i % 3), "host" + i), true, "weak"), NOW);
    }

    assertThat(leases.alarms(NOW.plus(PATIENCE)))
        .singleElement()
        .satisfies(alarm -> assertThat(alarm.detail()).endsWith("and 995 more"));
  }

  private static HostOffer offer(HostId host, boolean connected, String weakness) {
    return new HostOffer(
        host,
        1,
        connected,
        false,
        Resources.NONE,
        Resources.NONE,
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        new HostOffer.Safety("", false, Optional.empty(), "", weakness));
  }
}
