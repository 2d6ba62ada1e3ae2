package io.drover.actor.placement;

import io.drover.actor.lease.WitnessCandidate;
import io.drover.config.units.AreaId;
import java.util.List;

/** Who could vouch for hosts of other areas. Never blocks; safe on any thread. */
public interface WitnessBoard {
  /** Some hosts of this area, for other areas; replaces what was posted before. */
  void post(AreaId area, List<WitnessCandidate> hosts);

  /** Hosts of other areas, and control nodes of all: not many of each. */
  List<WitnessCandidate> besides(AreaId area);
}
