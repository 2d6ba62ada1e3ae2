package io.drover.actor.area;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.api.AreaView;
import io.drover.actor.area.Area.Cause;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AreaViewsTest {
  private static final AreaId SOUTH = new AreaId("south");

  private final KnownFleet fleet = new KnownFleet().node("n1", NORTH, 0).node("s1", SOUTH, 0);

  /** South's report is from before the failback: it found its agents where they belonged. */
  @Test
  void shouldCountAgentsAsSettledOnlyWithWhoManagesTheArea() {
    fleet.running("s1", NORTH, 2);
    assertThat(view(NORTH, Map.of()).settled()).isZero();
    assertThat(view(NORTH, Map.of()).connected()).isEqualTo(2);

    fleet.running("n1", NORTH, 1);
    assertThat(view(NORTH, Map.of()).settled()).isEqualTo(1);
    assertThat(view(NORTH, Map.of(3, SOUTH)).settled()).as("with a borrower").isEqualTo(3);
    assertThat(view(SOUTH, Map.of()).settled()).isEqualTo(2);
  }

  private AreaView view(AreaId keeper, Map<Integer, AreaId> lent) {
    Management management =
        new Management(
            NORTH,
            new Epoch(2),
            2,
            2,
            8,
            Map.of(),
            AreaPolicy.DEFAULT.withBackups(List.of(SOUTH)),
            keeper,
            lent,
            Map.of());
    return AreaViews.of(
        new Area.Reply.Shown(management, List.of(), Cause.OPERATOR, "", NOW),
        fleet,
        Optional.empty());
  }
}
