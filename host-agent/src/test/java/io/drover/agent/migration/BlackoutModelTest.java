package io.drover.agent.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.migration.BlackoutModel.GuestClass;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BlackoutModelTest {
  private static final GuestClass LINUX = GuestClass.of("qemu", ByteSize.ofMib(512));
  private static final DataRate RATE = new DataRate(100_000_000);
  private static final Duration UNKNOWN =
      BlackoutModel.INITIAL_FIXED_PART.plus(BlackoutModel.DECISION_ALLOWANCE);

  private Instant now = Instant.EPOCH;
  private final BlackoutModel model = new BlackoutModel(() -> now);

  private void sample(GuestClass guest, long stoppedMs) {
    model.learn(guest, Duration.ofMillis(stoppedMs), ByteSize.ZERO, RATE);
  }

  private static Duration millis(long stopped) {
    return Duration.ofMillis(stopped).plus(BlackoutModel.DECISION_ALLOWANCE);
  }

  @Test
  void shouldAddTheTimeForWhatIsDirty() {
    assertThat(model.predict(LINUX, new ByteSize(10_000_000), RATE))
        .isEqualTo(UNKNOWN.plusMillis(100));
  }

  @Test
  void shouldNotBelieveOneSlowMigration() {
    sample(LINUX, 900);
    assertThat(model.fixedPart(LINUX)).isEqualTo(UNKNOWN);

    sample(LINUX, 40);
    sample(LINUX, 50);
    assertThat(model.fixedPart(LINUX)).isEqualTo(millis(50));
  }

  @Test
  void shouldForgetABusyTime() {
    sample(LINUX, 900);
    sample(LINUX, 900);
    assertThat(model.fixedPart(LINUX)).isEqualTo(millis(900));

    now = now.plus(BlackoutModel.SAMPLE_LIFE);
    assertThat(model.fixedPart(LINUX)).isEqualTo(UNKNOWN);
  }

  @Test
  void shouldKeepToTheNewestSamples() {
    for (int i = 0; i < BlackoutModel.SAMPLE_LIMIT; i++) {
      sample(LINUX, 900);
    }
    for (int i = 0; i < BlackoutModel.SAMPLE_LIMIT; i++) {
      sample(LINUX, 10);
    }
    assertThat(model.fixedPart(LINUX)).isEqualTo(millis(10));
  }

  @Test
  void shouldTellGuestsOfOtherSizesAndHypervisorsApart() {
    sample(LINUX, 90);
    sample(LINUX, 90);

    assertThat(model.fixedPart(GuestClass.of("qemu", ByteSize.ofMib(400)))).isEqualTo(millis(90));
    assertThat(model.fixedPart(GuestClass.of("qemu", ByteSize.ofMib(513)))).isEqualTo(UNKNOWN);
    assertThat(model.fixedPart(GuestClass.of("embedded", ByteSize.ofMib(512)))).isEqualTo(UNKNOWN);
  }
}
