package io.drover.multinode.simulation.check;

import io.drover.actor.area.Area;
import io.drover.agent.store.EndpointRecord;
import io.drover.config.units.Epoch;
import io.drover.multinode.simulation.engine.Database;
import io.drover.multinode.simulation.fleet.Fleet;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Who manages an area changes under rising area epochs, and no agent goes back to an older list of
 * endpoints.
 */
public final class AreaWatch implements Database.Listener {
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Fleet fleet;
  private final Violations violations;
  private final Map<String, Epoch> epochs = new HashMap<>();
  private final Map<String, EndpointRecord> lists = new HashMap<>();
  private long takeovers;

  public AreaWatch(Fleet fleet, Violations violations) {
    this.fleet = fleet;
    this.violations = violations;
    fleet.world().loop().every(LOOK, this::look);
  }

  @Override
  public void written(String persistenceId, long sequenceNr, Object event) {
    switch (event) {
      case Area.Event.FailedOver e -> moved(persistenceId, e.areaEpoch());
      case Area.Event.FailedBack e -> moved(persistenceId, e.areaEpoch());
      case Area.Event.CellsLent e -> moved(persistenceId, e.areaEpoch());
      case Area.Event.CellsReturned e -> moved(persistenceId, e.areaEpoch());
      default -> {}
    }
  }

  private void moved(String area, Epoch epoch) {
    takeovers++;
    Epoch before = epochs.put(area, epoch);
    violations.require(
        before == null || before.isBefore(epoch),
        "area epoch of %s does not rise: %s, then %s".formatted(area, before, epoch));
  }

  private void look() {
    for (String host : fleet.plan().hosts()) {
      fleet.host(host).endpoints().ifPresent(now -> compare(host, now));
    }
  }

  private void compare(String host, EndpointRecord now) {
    EndpointRecord before = lists.put(host, now);
    violations.require(
        before == null || !isOlder(now, before),
        "the agent of %s went back from %s to %s".formatted(host, before, now));
  }

  private static boolean isOlder(EndpointRecord one, EndpointRecord other) {
    int epochs = one.areaEpoch().compareTo(other.areaEpoch());
    return epochs < 0 || (epochs == 0 && one.version() < other.version());
  }

  /** How often cells changed hands by decision of their area. */
  public long takeovers() {
    return takeovers;
  }
}
