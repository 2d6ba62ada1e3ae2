package io.drover.node.board;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeReport;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.config.units.AreaId;
import java.util.List;

/** What is told to every board. */
public sealed interface BoardNews extends CborSerializable {
  record OfNode(NodeReport report) implements BoardNews {}

  record OfArea(Management management) implements BoardNews {}

  /**
   * What is wrong with an area.
   *
   * @param by whoever says it; replaces what it said before
   */
  record OfAlarms(AreaId area, String by, List<Alarm> alarms) implements BoardNews {
    public OfAlarms {
      alarms = List.copyOf(alarms);
    }
  }

  /** Some hosts of an area that could vouch for hosts of other areas. */
  record OfWitnesses(AreaId area, List<WitnessCandidate> hosts) implements BoardNews {
    public OfWitnesses {
      hosts = List.copyOf(hosts);
    }
  }
}
