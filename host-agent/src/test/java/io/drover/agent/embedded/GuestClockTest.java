package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class GuestClockTest {
  private long sourceNs = 5_000;
  private long targetNs = 900;
  private Instant wall = Instant.ofEpochSecond(1_000);
  private final GuestClock source = new GuestClock(() -> sourceNs, () -> wall);
  private final GuestClock target = new GuestClock(() -> targetNs, () -> wall);

  @Test
  void shouldIncludeTheBlackoutWhenItGoesOnElsewhere() {
    sourceNs += 7_000_000;
    GuestClock.Reading reading = source.read();
    wall = wall.plusMillis(40);

    target.continueFrom(reading);

    assertThat(target.nowNs()).isEqualTo(47_000_000);
    targetNs += 3;
    assertThat(target.nowNs()).isEqualTo(47_000_003);
  }

  @Test
  void shouldNotGoBackWhenTheTargetsWallClockIsBehind() {
    sourceNs += 7_000_000;
    GuestClock.Reading reading = source.read();
    wall = wall.minusSeconds(3);

    target.continueFrom(reading);

    assertThat(target.nowNs()).isEqualTo(7_000_000);
  }
}
