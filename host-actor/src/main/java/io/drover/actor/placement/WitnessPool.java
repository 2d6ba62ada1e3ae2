package io.drover.actor.placement;

import io.drover.actor.host.HostOffer;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.config.units.HostId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The hosts of an area that can vouch for others now, on a ring: each host is shown the stretch
 * that begins at its own place, so that its choice is small, random, and the same every time. Not
 * threadsafe.
 */
final class WitnessPool {
  /** Shown to one host; it chooses a handful. */
  static final int SHOWN_LIMIT = 32;

  private final TreeMap<String, WitnessCandidate> ring = new TreeMap<>();

  void put(HostOffer offer) {
    Optional<WitnessCandidate> candidate = offer.asWitness();
    if (candidate.isPresent()) {
      ring.put(place(offer.host().text()), candidate.get());
    } else {
      ring.remove(place(offer.host().text()));
    }
  }

  /** Hash first: hosts of one rack have names in a row. */
  private static String place(String id) {
    return "%08x %s".formatted(id.hashCode() * 0x9E3779B9, id);
  }

  /** For a host: those it has and that still can, and some more. */
  List<WitnessCandidate> near(HostId host, List<Witness> current) {
    List<WitnessCandidate> shown = new ArrayList<>();
    Set<String> known = new HashSet<>();
    current.stream()
        .flatMap(w -> Optional.ofNullable(ring.get(place(w.id()))).stream())
        .filter(c -> known.add(c.id()))
        .forEach(shown::add);
    String start = place(host.text());
    addAll(ring.tailMap(start, false), shown, known);
    addAll(ring.headMap(start, false), shown, known);
    return shown;
  }

  private static void addAll(
      Map<String, WitnessCandidate> stretch, List<WitnessCandidate> shown, Set<String> known) {
    for (WitnessCandidate candidate : stretch.values()) {
      if (shown.size() >= SHOWN_LIMIT) {
        return;
      }
      if (known.add(candidate.id())) {
        shown.add(candidate);
      }
    }
  }

  /** Some, for other areas. */
  List<WitnessCandidate> some() {
    return ring.values().stream().limit(SHOWN_LIMIT).toList();
  }
}
