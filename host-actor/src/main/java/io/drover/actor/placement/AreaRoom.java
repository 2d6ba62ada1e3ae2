package io.drover.actor.placement;

import io.drover.actor.api.Refusal;
import io.drover.actor.host.HostOffer;
import io.drover.config.units.AreaId;
import io.drover.config.units.Resources;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What is free on all hosts of an area on which something can be placed now: neither cordoned, nor
 * fenced, nor away. Pure.
 */
final class AreaRoom {
  private AreaRoom() {}

  /** The share of cpu or of memory, whichever is less, that is free with this placed. */
  static double freeWith(Resources asked, List<HostOffer> offers) {
    List<HostOffer> usable = offers.stream().filter(AreaRoom::isUsable).toList();
    return Math.min(
        share(usable, asked.memory().bytes(), r -> r.memory().bytes()),
        share(usable, asked.cpuMillis(), Resources::cpuMillis));
  }

  private static boolean isUsable(HostOffer offer) {
    return offer.connected() && !offer.cordoned() && offer.safety().hindrance().isEmpty();
  }

  private static double share(
      List<HostOffer> offers, long asked, ToLongFunction<Resources> amount) {
    long free = offers.stream().mapToLong(o -> amount.applyAsLong(o.free())).sum();
    long all = offers.stream().mapToLong(o -> amount.applyAsLong(o.capacity())).sum();
    return all == 0 ? 0 : (free - asked) / (double) all;
  }

  /** An area keeps something free for its own VMs: why one of another area is not taken in. */
  static Optional<Refusal> objectionToGuest(
      AreaId area, Resources asked, List<HostOffer> offers, double keptFree) {
    double left = freeWith(asked, offers);
    return left >= keptFree
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Refusal.Kind.NO_CAPACITY,
                "area %s keeps %s of its hosts free for its own VMs, and would have %s left"
                    .formatted(area, percent(keptFree), percent(Math.max(left, 0))),
                Map.of("limit", Double.toString(keptFree), "value", Double.toString(left)),
                List.of()));
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", share * 100);
  }
}
