package io.drover.actor.area;

import io.drover.actor.area.Area.Event;
import io.drover.actor.area.AreaState.Home;
import io.drover.config.settings.AreaSettings;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Watches the load of an area's own control nodes, and decides about bursting. Not threadsafe. */
final class LoadWatch {
  private final FleetSight sight;
  private final AreaSettings settings;
  private final Consumer<Duration> lookAgainIn;
  private final BurstOutlook outlook = new BurstOutlook();
  private boolean alarmed;

  /**
   * Of one incarnation.
   *
   * @param lookAgainIn asked to call {@link #look} again, once, after that time and not only with
   *     the next tick: just then it has been so for long enough
   */
  LoadWatch(FleetSight sight, AreaSettings settings, Consumer<Duration> lookAgainIn) {
    this.sight = sight;
    this.settings = settings;
    this.lookAgainIn = lookAgainIn;
  }

  /** What is to be decided now; what follows from it is looked at anew. */
  Optional<Event> look(Home state, Instant now) {
    AreaId area = state.facts().area();
    outlook.look(AreaUse.of(area, sight), settings.burst(), now.minus(sight.sinceReport(area)));
    outlook.due(settings.burst().hold(), now).ifPresent(lookAgainIn);
    Optional<Event> decided = Bursting.next(state, sight, outlook, settings.burst(), now);
    boolean strained = outlook.isStrainedFor(settings.burst().hold(), now);
    alarm(state, strained && decided.isEmpty());
    decided.ifPresent(_ -> outlook.restart());
    return decided;
  }

  /** While it has too much to do, and nobody to give some of it to. */
  private void alarm(Home state, boolean overloaded) {
    if (overloaded || alarmed) {
      sight.raise(
          state.facts().area(),
          "load",
          overloaded ? List.of(Bursting.overloaded(state, sight, settings.burst())) : List.of());
    }
    alarmed = overloaded;
  }
}
