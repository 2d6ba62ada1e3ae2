package io.drover.actor.vm;

import static io.drover.actor.Samples.CELL;
import static io.drover.actor.Samples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.units.HostId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SightingsTest {
  @Test
  void shouldForgetTheHostThatWasSilentForLongest() {
    Sightings sightings = new Sightings();
    sightings.attached(H1, "i1", Optional.empty());
    for (int i = 2; i <= Sightings.LIMIT; i++) {
      sightings.attached(host(i), "i1", Optional.empty());
    }
    sightings.detached(H1);

    sightings.attached(host(Sightings.LIMIT + 1), "i1", Optional.empty());

    assertThat(sightings.at(H1)).isPresent();
    assertThat(sightings.at(host(2))).isEmpty();
  }

  private static HostId host(int number) {
    return new HostId(CELL, "h" + number);
  }
}
