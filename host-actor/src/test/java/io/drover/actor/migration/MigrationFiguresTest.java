package io.drover.actor.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.MigrationView.Figures;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MigrationFiguresTest {
  private static final Instant PAUSED = Instant.EPOCH;

  private static Figures verified(long vcpuMs, long guestMs) {
    return MigrationFigures.verified(
        Figures.NONE, Optional.of(PAUSED), PAUSED.plusMillis(vcpuMs), Duration.ofMillis(guestMs));
  }

  @Test
  void shouldShowWhatTheGuestSaw() {
    assertThat(verified(100, 101).guestGap()).contains(Duration.ofMillis(101));
    assertThat(verified(100, 99).guestGap()).contains(Duration.ofMillis(99));
  }

  @Test
  void shouldNotShowWhatAGuestSaysThatHasNotNoticedYet() {
    assertThat(verified(100, 30).guestGap()).isEmpty();
    assertThat(verified(100, 0).guestGap()).isEmpty();
  }

  @Test
  void shouldNotShowATimeBelowZeroOfClocksThatDisagree() {
    assertThat(verified(-5, 3).vcpuGap()).isEmpty();
    assertThat(verified(-5, 3).guestGap()).contains(Duration.ofMillis(3));
  }
}
