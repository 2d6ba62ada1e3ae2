package io.drover.actor.lease;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the witnesses of a host have said of it. All times are readings of one monotonic clock, that
 * of whoever asks.
 *
 * <p>A witness that answers at {@code arrived} that it last vouched {@code age} ago did so at
 * {@code arrived - age} at the latest: the answer was on its way for a while. Every extension of
 * the lease needed vouches of a majority, each given after its request was sent. So when {@code m}
 * of {@code n} witnesses, a majority, vouched at {@code t} at the latest and have revoked since,
 * any extension was sent before {@code t}: its majority and these share one. The earliest such
 * {@code t} is the {@code m}-th smallest of what is known, whatever the others say.
 *
 * @param heard what each said last
 * @param unreached why those could not be asked last time; for people
 */
record Sight(Map<String, Heard> heard, Map<String, String> unreached) {
  static final Sight NOTHING = new Sight(Map.of(), Map.of());

  Sight {
    heard = Map.copyOf(heard);
    unreached = Map.copyOf(unreached);
  }

  /**
   * One answer.
   *
   * @param heardSince it has heard the host at that time or later
   * @param vouched it has not vouched since then
   */
  record Heard(Duration arrived, Duration heardSince, Duration vouched, boolean revoked) {}

  Sight plus(String witness, Heard said) {
    Map<String, Heard> all = new HashMap<>(heard);
    all.merge(witness, said, Sight::better);
    Map<String, String> others = new HashMap<>(unreached);
    others.remove(witness);
    return new Sight(all, others);
  }

  Sight unreached(String witness, String failure) {
    Map<String, String> all = new HashMap<>(unreached);
    all.put(witness, failure);
    return new Sight(heard, all);
  }

  /**
   * A look that was answered before a revocation, and overtaken by it, says nothing any more. Of
   * two revocations the one that knows of an earlier vouch stays right: none was given since.
   */
  private static Heard better(Heard before, Heard now) {
    if (!before.revoked()) {
      return now;
    }
    return now.revoked() && now.vouched().compareTo(before.vouched()) < 0 ? now : before;
  }

  /**
   * Whether a majority vouched for the host after that time: of the active list, for the agent may
   * not know of a pending one.
   */
  boolean isAlive(Lease lease, Duration since) {
    return isMajority(lease.active(), h -> h.heardSince().compareTo(since) > 0);
  }

  /** Whether a majority of every list was asked after {@code asked} and knows of no later vouch. */
  boolean isSilent(Lease lease, Duration asked, Duration since) {
    return everywhere(lease, h -> isFresh(h, asked) && h.vouched().compareTo(since) <= 0);
  }

  /** Whether a majority of every list was asked after {@code asked} and answered. */
  boolean isAnswered(Lease lease, Duration asked) {
    return everywhere(lease, h -> isFresh(h, asked));
  }

  boolean isRevoked(Lease lease) {
    return everywhere(lease, Heard::revoked);
  }

  private static boolean isFresh(Heard said, Duration asked) {
    return said.arrived().compareTo(asked) >= 0;
  }

  private boolean everywhere(Lease lease, Predicate<Heard> which) {
    return lease.lists().stream().allMatch(list -> isMajority(list, which));
  }

  private boolean isMajority(WitnessList list, Predicate<Heard> which) {
    return said(list).stream().filter(which).count() >= list.majority();
  }

  /**
   * The lease was extended by no request sent later, as far as this is known: if those counted have
   * revoked it, that is for ever. Empty while no majority has said anything.
   *
   * @param which answers count
   */
  Optional<Duration> lastExtension(Lease lease, Predicate<Heard> which) {
    Duration last = Duration.ZERO;
    for (WitnessList list : lease.lists()) {
      List<Duration> times =
          said(list).stream()
              .filter(which)
              .map(Heard::vouched)
              .sorted(Comparator.naturalOrder())
              .toList();
      if (times.size() < list.majority()) {
        return Optional.empty();
      }
      Duration bound = times.get(list.majority() - 1);
      last = bound.compareTo(last) > 0 ? bound : last;
    }
    return Optional.of(last);
  }

  private List<Heard> said(WitnessList list) {
    return list.witnesses().stream()
        .flatMap(w -> Optional.ofNullable(heard.get(w.id())).stream())
        .toList();
  }

  /** For people: {@code h2 5.1 s ago, h3 no answer (not reached: connection refused)}. */
  String describe(Lease lease, Duration now) {
    return lease.witnesses().stream()
        .map(w -> w.id() + " " + said(w, now) + obstacle(w))
        .reduce((a, b) -> a + ", " + b)
        .orElse("nobody");
  }

  private String said(Witness witness, Duration now) {
    return Optional.ofNullable(heard.get(witness.id()))
        .map(h -> "%.1f s ago".formatted(seconds(now.minus(h.vouched()))))
        .orElse("no answer");
  }

  private String obstacle(Witness witness) {
    return Optional.ofNullable(unreached.get(witness.id()))
        .map(failure -> " (not reached: " + failure + ")")
        .orElse("");
  }

  private static double seconds(Duration span) {
    return span.toMillis() / 1000.0;
  }
}
