package io.drover.actor.lease;

import io.drover.config.settings.LeaseSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Notices that much of an area has vanished at once: then it is the network or us, and nothing may
 * be fenced of it until enough are back, or somebody accepts what was lost. Wall-clock times: a
 * wrong one makes it too careful or not careful enough, and no proof of a dead host rests on it.
 * Not threadsafe.
 */
public final class MassFailureGuard {
  private final AreaId area;
  private final LeaseSettings settings;
  private final Set<HostId> present = new HashSet<>();
  private final Map<HostId, Instant> missing = new HashMap<>();

  public MassFailureGuard(AreaId area, LeaseSettings settings) {
    this.area = area;
    this.settings = settings;
  }

  /**
   * How a host is.
   *
   * @param gone it is not expected: fenced, or it never came
   * @param lostAt when it vanished, unless it is connected; a host that has been away for long did
   *     not vanish with the others, however lately this was told of it
   */
  public void put(HostId host, boolean connected, boolean gone, Instant lostAt) {
    if (connected) {
      present.add(host);
      missing.remove(host);
    } else {
      present.remove(host);
      if (gone) {
        missing.remove(host);
      } else {
        missing.putIfAbsent(host, lostAt);
      }
    }
  }

  /**
   * Why a host may not be fenced; empty = it may. Only journaled times count, so that the answer is
   * the same after the one who gives it has moved.
   *
   * @param accepted what was lost before counts no more
   * @param lostAt when it vanished
   */
  public Optional<String> objection(Instant accepted, Instant lostAt) {
    Duration window = settings.guardWindow();
    return objection(
        missingSince(accepted)
            .filter(at -> Duration.between(at, lostAt).abs().compareTo(window) <= 0)
            .count());
  }

  /** Why some host may not be fenced; empty = each may. */
  public Optional<String> objection(Instant accepted) {
    List<Instant> all = missingSince(accepted).sorted().toList();
    int most = 0;
    int first = 0;
    for (int last = 0; last < all.size(); last++) {
      while (all.get(first).plus(settings.guardWindow()).isBefore(all.get(last))) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return objection(most);
  }

  private Optional<String> objection(long atOnce) {
    boolean tooMany = atOnce >= settings.guardHosts() && atOnce > settings.guardShare() * hosts();
    return tooMany
        ? Optional.of(
            "%d of %d hosts of area %s vanished within %s: none of them is fenced until enough are back, or somebody says that they are lost (area arm --force)"
                .formatted(atOnce, hosts(), area, Spans.text(settings.guardWindow())))
        : Optional.empty();
  }

  private Stream<Instant> missingSince(Instant accepted) {
    return missing.values().stream().filter(at -> at.isAfter(accepted));
  }

  private int hosts() {
    return present.size() + missing.size();
  }
}
