package io.drover.multinode.check;

import io.drover.multinode.check.Intervals.Stay;
import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Effect;
import io.drover.multinode.witness.Testimony.Runner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A VM runs in at most one place, by what the witness saw: once there was an effect under a run
 * epoch, there is none under a lower one; one epoch belongs to one process; and no guest counts the
 * same number twice, which is what two copies of one memory would do.
 *
 * <p>Epochs that never go back and have one process each are intervals that never overlap.
 */
public final class SingleRunner {
  private static final double NS_PER_MS = 1e6;

  /** What was last seen of a VM. */
  private static final class Track {
    private long epoch;
    private final Map<Long, Runner> owners = new HashMap<>();
    private final Map<Long, Long> countOfBoot = new HashMap<>();
  }

  private final Map<String, Track> vms = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private long effects;

  private SingleRunner() {}

  public static Verdict check(List<Testimony> testimonies) {
    SingleRunner checker = new SingleRunner();
    for (Testimony testimony : testimonies) {
      if (testimony instanceof Effect effect) {
        checker.add(effect);
      }
    }
    List<Stay> stays = Intervals.of(testimonies);
    Map<String, Double> figures = new HashMap<>();
    figures.put("effects", (double) checker.effects);
    figures.put("vms", (double) checker.vms.size());
    figures.put("two_alive_longest_ms", longestOverlapMs(stays, true));
    figures.put("two_effective_longest_ms", longestOverlapMs(stays, false));
    return new Verdict("single-runner", checker.violations, figures);
  }

  private void add(Effect effect) {
    effects++;
    Track track = vms.computeIfAbsent(effect.vm(), _ -> new Track());
    if (effect.epoch() < track.epoch) {
      violations.add(
          "%s had an effect at %s under epoch %d after one under epoch %d at %s (n %d, at %d ns)"
              .formatted(
                  effect.vm(),
                  effect.runner(),
                  effect.epoch(),
                  track.epoch,
                  track.owners.get(track.epoch),
                  effect.n(),
                  effect.atNs()));
    }
    track.epoch = Math.max(track.epoch, effect.epoch());
    Runner owner = track.owners.putIfAbsent(effect.epoch(), effect.runner());
    if (owner != null && !owner.equals(effect.runner())) {
      violations.add(
          "%s had effects under epoch %d at %s and at %s"
              .formatted(effect.vm(), effect.epoch(), owner, effect.runner()));
    }
    Long before = track.countOfBoot.put(effect.boot(), effect.n());
    if (before != null && effect.n() != before + 1) {
      violations.add(
          "%s counted %d after %d in one boot, at %s under epoch %d"
              .formatted(effect.vm(), effect.n(), before, effect.runner(), effect.epoch()));
    }
  }

  /** The longest time in which two guests of one VM existed, or had effects. */
  private static double longestOverlapMs(List<Stay> stays, boolean alive) {
    long longestNs = 0;
    for (int i = 0; i < stays.size(); i++) {
      Stay first = stays.get(i);
      for (Stay second : stays.subList(i + 1, stays.size())) {
        if (first.vm().equals(second.vm())) {
          longestNs = Math.max(longestNs, until(first, second, alive) - second.fromNs());
        }
      }
    }
    return longestNs / NS_PER_MS;
  }

  private static long until(Stay first, Stay second, boolean alive) {
    return alive
        ? Math.min(first.aliveUntilNs(), second.aliveUntilNs())
        : Math.min(first.effectiveUntilNs(), second.effectiveUntilNs());
  }
}
