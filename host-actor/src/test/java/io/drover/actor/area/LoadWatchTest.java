package io.drover.actor.area;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Samples;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.AreaState.Facts;
import io.drover.actor.area.AreaState.Home;
import io.drover.actor.area.AreaState.Standing;
import io.drover.config.settings.BurstSettings;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoadWatchTest {
  private static final BurstSettings BURST = Samples.areas().burst();
  private static final Home HOME =
      new Home(
          new Facts(NORTH, 8, 1, 1, Set.of(), AreaPolicy.DEFAULT, Epoch.NONE, Map.of()),
          Map.of(),
          new Standing(Cause.DEFINED, "defined", NOW));

  private final KnownFleet fleet = new KnownFleet().node("n1", NORTH, 0);
  private final List<Duration> again = new ArrayList<>();
  private final LoadWatch watch = new LoadWatch(fleet, Samples.areas(), again::add);

  @Test
  void shouldNotLookAgainBeforeTheTickWhenNothingIsDue() {
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT * 7 / 10); // between the marks

    watch.look(HOME, NOW);

    assertThat(again).isEmpty();
  }

  @Test
  void shouldLookJustWhenItHasBeenStrainedForLongEnough() {
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT - 5);
    Duration left = Duration.ofMillis(30);

    watch.look(HOME, NOW);
    watch.look(HOME, NOW.plus(BURST.hold()).minus(left));

    assertThat(again).containsExactly(BURST.hold(), left);
  }

  /** However late it is seen: the time counts from the report on. */
  @Test
  void shouldCountFromWhenTheStrainWasReported() {
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT - 5).reported(Duration.ofMillis(700));

    watch.look(HOME, NOW);

    assertThat(again).containsExactly(BURST.hold().minusMillis(700));
  }
}
