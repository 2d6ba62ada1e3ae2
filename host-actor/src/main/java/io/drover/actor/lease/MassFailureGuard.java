package io.drover.actor.lease;

import io.drover.config.settings.LeaseSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Notices that much of an area has vanished at once: then it is the network or us, and nothing may
 * be fenced. Once it has noticed, that lasts until enough are back, or somebody accepts what was
 * lost. Wall-clock times: a wrong one makes it too careful or not careful enough, and no proof of a
 * dead host rests on it. Not threadsafe.
 */
public final class MassFailureGuard {
  private final AreaId area;
  private final LeaseSettings settings;
  private final Set<HostId> present = new HashSet<>();
  private final Map<HostId, Instant> missing = new HashMap<>();
  private boolean tripped;

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
   * Why nothing may be fenced now; empty = it may.
   *
   * @param accepted what was lost before counts no more
   */
  public Optional<String> objection(Instant accepted, Instant now) {
    Instant recently = now.minus(settings.guardWindow());
    long atOnce = count(accepted, recently);
    long all = count(accepted, Instant.MIN);
    tripped = exceeds(tripped ? all : atOnce);
    return tripped
        ? Optional.of(
            "%d of %d hosts of area %s vanished, %s of them within %s: nothing is fenced until they are back, or somebody says that they are lost (area arm --force)"
                .formatted(
                    all,
                    present.size() + missing.size(),
                    area,
                    atOnce == 0 ? "none" : Long.toString(atOnce),
                    Spans.text(settings.guardWindow())))
        : Optional.empty();
  }

  private long count(Instant accepted, Instant after) {
    return missing.values().stream()
        .filter(at -> at.isAfter(accepted) && at.isAfter(after))
        .count();
  }

  private boolean exceeds(long lost) {
    return lost >= settings.guardHosts()
        && lost > settings.guardShare() * (present.size() + missing.size());
  }
}
