package io.drover.actor.lease;

import static io.drover.actor.Samples.CELL;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MassFailureGuardTest {
  private final MassFailureGuard guard =
      new MassFailureGuard(NORTH, LeaseSettings.from(SettingsFile.load(Optional.empty())));

  MassFailureGuardTest() {
    for (int i = 0; i < 10; i++) {
      back(i, NOW);
    }
  }

  @Test
  void shouldLetThreeOfTenBeFenced() {
    lose(0, 3, NOW);

    assertThat(guard.objection(Instant.EPOCH, NOW)).isEmpty();
  }

  @Test
  void shouldFenceNothingWhenFourOfTenVanishAtOnce() {
    lose(0, 4, NOW);

    assertThat(guard.objection(Instant.EPOCH, NOW.plusSeconds(5)))
        .get()
        .asString()
        .contains("4 of 10 hosts of area north", "--force");
  }

  @Test
  void shouldNotTakeTwoForMany() {
    for (int i = 0; i < 7; i++) {
      guard.put(host(i), false, true, NOW);
    }
    lose(7, 9, NOW);

    assertThat(guard.objection(Instant.EPOCH, NOW)).isEmpty();
  }

  @Test
  void shouldNotTakeOneAfterTheOtherForAtOnce() {
    lose(0, 1, NOW);
    lose(1, 2, NOW.plusSeconds(31));
    lose(2, 3, NOW.plusSeconds(62));
    lose(3, 4, NOW.plusSeconds(93));

    assertThat(guard.objection(Instant.EPOCH, NOW.plusSeconds(93))).isEmpty();
  }

  @Test
  void shouldNotTakeHostsThatHaveLongBeenAwayForAFailureOfNow() {
    MassFailureGuard afterAMove =
        new MassFailureGuard(NORTH, LeaseSettings.from(SettingsFile.load(Optional.empty())));
    for (int i = 0; i < 10; i++) {
      afterAMove.put(host(i), i >= 4, false, NOW.minusSeconds(86_400));
    }

    assertThat(afterAMove.objection(Instant.EPOCH, NOW)).isEmpty();
  }

  /** The times are journaled: whoever takes over decides the same. */
  @Test
  void shouldStayCarefulUntilEnoughAreBackAlsoAfterAMove() {
    MassFailureGuard afterAMove =
        new MassFailureGuard(NORTH, LeaseSettings.from(SettingsFile.load(Optional.empty())));
    for (int i = 0; i < 10; i++) {
      afterAMove.put(host(i), i >= 4, false, NOW);
    }

    assertThat(afterAMove.objection(Instant.EPOCH, NOW.plusSeconds(1))).isPresent();
    assertThat(afterAMove.objection(Instant.EPOCH)).isPresent();
    afterAMove.put(host(0), true, false, NOW.plusSeconds(3600));

    assertThat(afterAMove.objection(Instant.EPOCH, NOW.plusSeconds(1))).isEmpty();
    assertThat(afterAMove.objection(Instant.EPOCH)).isEmpty();
  }

  @Test
  void shouldGoOnWhenAPersonAcceptsWhatWasLost() {
    lose(0, 4, NOW);
    assertThat(guard.objection(Instant.EPOCH, NOW)).isPresent();

    assertThat(guard.objection(NOW, NOW)).isEmpty();
    assertThat(guard.objection(NOW)).isEmpty();
  }

  private void lose(int first, int end, Instant at) {
    for (int i = first; i < end; i++) {
      guard.put(host(i), false, false, at);
    }
  }

  private void back(int number, Instant at) {
    guard.put(host(number), true, false, at);
  }

  private static HostId host(int number) {
    return new HostId(CELL, "w" + number);
  }
}
