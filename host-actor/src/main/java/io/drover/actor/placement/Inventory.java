package io.drover.actor.placement;

import io.drover.actor.host.HostOffer;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every host of an area has to give, minus what is being claimed right now: claims under way
 * count at once, so that two placements do not see the same room. Not threadsafe.
 */
final class Inventory {
  private record Reservation(HostId host, Resources resources) {}

  private final Map<HostId, HostOffer> offers = new HashMap<>();
  private final Map<String, Reservation> reservations = new HashMap<>();

  /** Takes what a host says, unless something newer is known. */
  void put(HostOffer offer) {
    HostOffer known = offers.get(offer.host());
    if (known == null || known.version() <= offer.version()) {
      offers.put(offer.host(), offer);
    }
  }

  boolean knows(HostId host) {
    return offers.containsKey(host);
  }

  /** A claim is under way. */
  void reserve(String owner, HostId host, Resources resources) {
    reservations.put(owner, new Reservation(host, resources));
  }

  /** The claim is answered; the host's next offer counts it. */
  void settle(String owner) {
    reservations.remove(owner);
  }

  /** As things stand with every claim under way. */
  List<HostOffer> offers() {
    Map<HostId, Resources> reserved = new HashMap<>();
    reservations.values().forEach(r -> reserved.merge(r.host(), r.resources(), Resources::plus));
    List<HostOffer> all = new ArrayList<>(offers.size());
    offers.values().forEach(o -> all.add(less(o, Optional.ofNullable(reserved.get(o.host())))));
    return all;
  }

  private static HostOffer less(HostOffer offer, Optional<Resources> reserved) {
    return reserved.map(offer::less).orElse(offer);
  }
}
