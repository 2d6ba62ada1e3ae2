package io.drover.multinode.nemesis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which faults come when. The same seed, kinds and shape give the same schedule; every kind comes
 * once before one comes again.
 *
 * @param entries in the order in which they are injected, one after the other
 */
public record FaultSchedule(long seed, List<Entry> entries) {
  private static final int SHORTEST_CALM_MS = 4_000;
  private static final int LONGEST_CALM_MS = 10_000;

  public FaultSchedule {
    entries = List.copyOf(entries);
  }

  /**
   * One fault.
   *
   * @param calm before it is injected, from the healing of the one before
   * @param length until it is healed
   */
  public record Entry(Duration calm, Duration length, Nemesis nemesis) {
    /** For people. */
    public String line() {
      return "after %4.1f s: %-20s %4.1f s  %s"
          .formatted(
              calm.toMillis() / 1000.0,
              nemesis.kind(),
              length.toMillis() / 1000.0,
              nemesis.target());
    }
  }

  /**
   * Draws faults until they last so long together.
   *
   * @throws IllegalArgumentException when none of the kinds is possible here
   */
  public static FaultSchedule draw(
      long seed, Duration total, Set<FaultKind> kinds, FleetShape shape) {
    List<FaultKind> possible =
        kinds.stream().filter(kind -> kind.isPossible(shape)).sorted().toList();
    if (possible.isEmpty()) {
      throw new IllegalArgumentException("none of " + kinds + " is possible with " + shape);
    }
    Random random = new Random(seed);
    List<Entry> entries = new ArrayList<>();
    List<FaultKind> left = new ArrayList<>();
    Duration drawn = Duration.ZERO;
    while (drawn.compareTo(total) < 0) {
      if (left.isEmpty()) {
        left.addAll(possible);
        Collections.shuffle(left, random);
      }
      FaultKind kind = left.removeLast();
      Duration calm = Duration.ofMillis(random.nextInt(SHORTEST_CALM_MS, LONGEST_CALM_MS + 1));
      Entry entry = new Entry(calm, kind.length(random), kind.aim(random, shape));
      entries.add(entry);
      drawn = drawn.plus(entry.calm()).plus(entry.length());
    }
    return new FaultSchedule(seed, entries);
  }
}
