package io.drover.actor.routing;

import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.WitnessBoard;
import io.drover.config.units.AreaId;
import java.util.List;

/** There is one area, and no control node vouches. */
final class NoBoard implements WitnessBoard {
  @Override
  public void post(AreaId area, List<WitnessCandidate> hosts) {}

  @Override
  public List<WitnessCandidate> besides(AreaId area) {
    return List.of();
  }
}
