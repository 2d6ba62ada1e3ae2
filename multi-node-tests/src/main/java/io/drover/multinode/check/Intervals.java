package io.drover.multinode.check;

import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Died;
import io.drover.multinode.witness.Testimony.Effect;
import io.drover.multinode.witness.Testimony.Gone;
import io.drover.multinode.witness.Testimony.Runner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When guests were where, from the witness's log: how long each had effects, and how long each
 * existed. A frozen guest exists and has none.
 */
final class Intervals {
  /**
   * One guest at one place.
   *
   * @param effectiveUntilNs its last effect
   * @param aliveUntilNs when it was gone; never before its last effect
   */
  record Stay(String vm, Runner runner, long fromNs, long effectiveUntilNs, long aliveUntilNs) {
    private Stay effect(long atNs) {
      return new Stay(vm, runner, fromNs, atNs, Math.max(atNs, aliveUntilNs));
    }

    private Stay gone(long atNs) {
      return new Stay(vm, runner, fromNs, effectiveUntilNs, atNs);
    }
  }

  private record Place(String vm, Runner runner) {}

  private final Map<Place, Stay> open = new LinkedHashMap<>();
  private final List<Stay> over = new ArrayList<>();
  private long nowNs;

  private Intervals() {}

  /** All stays, by the order in which they began. Without a word of its end a guest lives on. */
  static List<Stay> of(List<Testimony> testimonies) {
    Intervals intervals = new Intervals();
    testimonies.forEach(intervals::add);
    intervals.open.values().forEach(stay -> intervals.over.add(stay.gone(intervals.nowNs)));
    return intervals.over.stream().sorted((a, b) -> Long.compare(a.fromNs(), b.fromNs())).toList();
  }

  private void add(Testimony testimony) {
    // the line before this one was written earlier, whatever the two clocks say
    nowNs = Math.max(nowNs, testimony.atNs());
    switch (testimony) {
      case Effect e ->
          open.merge(
              new Place(e.vm(), e.runner()),
              new Stay(e.vm(), e.runner(), nowNs, nowNs, nowNs),
              (stay, _) -> stay.effect(nowNs));
      case Gone g -> end(new Place(g.vm(), g.runner()));
      case Died d ->
          List.copyOf(open.keySet()).stream()
              .filter(place -> place.runner().equals(d.runner()))
              .forEach(this::end);
    }
  }

  private void end(Place place) {
    Stay stay = open.remove(place);
    if (stay != null) {
      over.add(stay.gone(nowNs));
    }
  }
}
