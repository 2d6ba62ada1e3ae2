package io.drover.actor.placement;

import io.drover.actor.host.HostOffer;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
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
    Map<HostId, HostOffer> all = new HashMap<>(offers);
    reservations.forEach((owner, r) ->
        all.computeIfPresent(r.host(), (_, offer) -> offer.plus(r.resources(), moves(owner))));
    return List.copyOf(all.values());
  }

  /**
   * Where a claim could go: one host, when only that will do and it is known. A migration counts
   * what moves into all of them.
   */
  List<HostOffer> offersFor(EntityId owner, Optional<HostId> wanted) {
    return owner instanceof MigrationId
        ? offers()
        : wanted.map(this::offerOf).filter(known -> !known.isEmpty()).orElseGet(this::offers);
  }

  private List<HostOffer> offerOf(HostId host) {
    HostOffer offer = offers.get(host);
    if (offer == null) {
      return List.of();
    }
    for (Map.Entry<String, Reservation> entry : reservations.entrySet()) {
      if (entry.getValue().host().equals(host)) {
        offer = offer.plus(entry.getValue().resources(), moves(entry.getKey()));
      }
    }
    return List.of(offer);
  }

  private static List<String> moves(String owner) {
    return owner.startsWith(MigrationId.PREFIX) ? List.of(owner) : List.of();
  }
}
