package io.drover.actor.placement;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.host.HostOffer;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Connected hosts whose lease the next lost witness would end, or has ended. Hosts look for other
 * witnesses themselves: only who finds none for long is worth a word. Not threadsafe.
 */
final class WeakLeases {
  /** Kind of the alarm. */
  static final String KIND = "weak-leases";

  private static final int SHOWN = 5;

  private record Weakness(Instant since, String why) {}

  private final Duration patience;
  private final Map<HostId, Weakness> weak = new HashMap<>();

  /**
   * Of one area.
   *
   * @param patience how long a host may take to find other witnesses
   */
  WeakLeases(Duration patience) {
    this.patience = patience;
  }

  void put(HostOffer offer, Instant now) {
    String why = offer.safety().weakness();
    if (!offer.connected() || why.isEmpty()) {
      weak.remove(offer.host());
    } else {
      weak.merge(
          offer.host(), new Weakness(now, why), (old, next) -> new Weakness(old.since(), why));
    }
  }

  List<Alarm> alarms(Instant now) {
    List<String> lasting =
        weak.entrySet().stream()
            .filter(e -> !now.isBefore(e.getValue().since().plus(patience)))
            .map(e -> e.getKey() + " (" + e.getValue().why() + ")")
            .sorted()
            .toList();
    if (lasting.isEmpty()) {
      return List.of();
    }
    String some = lasting.stream().limit(SHOWN).collect(Collectors.joining(", "));
    String more = lasting.size() > SHOWN ? " and %d more".formatted(lasting.size() - SHOWN) : "";
    return List.of(
        new Alarm(
            KIND,
            "the next lost witness ends the lease, and with it the guests, of %s%s"
                .formatted(some, more)));
  }
}
