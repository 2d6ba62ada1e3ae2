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
 */
record Sight(Map<String, Heard> heard) {
  static final Sight NOTHING = new Sight(Map.of());

  Sight {
    heard = Map.copyOf(heard);
  }

  /**
   * One answer.
   *
   * @param vouched it has not vouched since then
   */
  record Heard(Duration arrived, Duration vouched, boolean revoked) {}

  /** A look that was answered before a revocation, and overtaken by it, says nothing any more. */
  Sight plus(String witness, Heard said) {
    Map<String, Heard> all = new HashMap<>(heard);
    all.merge(witness, said, (before, now) -> before.revoked() && !now.revoked() ? before : now);
    return new Sight(all);
  }

  /** Whether a majority of every list vouched for the host after that time. */
  boolean isAlive(Lease lease, Duration since) {
    return everywhere(lease, h -> h.vouched().compareTo(since) > 0);
  }

  /** Whether a majority of every list was asked after {@code asked} and knows of no later vouch. */
  boolean isSilent(Lease lease, Duration asked, Duration since) {
    return everywhere(lease, h -> isFresh(h, asked) && h.vouched().compareTo(since) <= 0);
  }

  boolean isRevoked(Lease lease) {
    return everywhere(lease, Heard::revoked);
  }

  private static boolean isFresh(Heard said, Duration asked) {
    return said.arrived().compareTo(asked) >= 0;
  }

  private boolean everywhere(Lease lease, Predicate<Heard> which) {
    return lease.lists().stream()
        .allMatch(list -> said(list).stream().filter(which).count() >= list.majority());
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

  /** For people: {@code h2 5.1s ago, h3 no answer}. */
  String describe(Lease lease, Duration now) {
    return lease.witnesses().stream()
        .map(w ->
            Optional.ofNullable(heard.get(w.id()))
                .map(h -> "%s %.1f s ago".formatted(w.id(), seconds(now.minus(h.vouched()))))
                .orElse(w.id() + " no answer"))
        .reduce((a, b) -> a + ", " + b)
        .orElse("nobody");
  }

  private static double seconds(Duration span) {
    return span.toMillis() / 1000.0;
  }
}
