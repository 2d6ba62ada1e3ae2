package io.drover.actor.placement;

import io.drover.actor.api.Refusal;
import io.drover.actor.host.HostOffer;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which host is asked next for a claim, or why none is. A migration, whoever asked for it, must be
 * within the budget of moves as well; what counts is who has a claim at a host, or is about to get
 * one. Pure.
 */
sealed interface NextHost {
  /** Hosts that may refuse a claim before the request is refused (Nova's number). */
  int CLAIM_LIMIT = 3;

  record Ask(HostId host) implements NextHost {}

  record None(Refusal refusal) implements NextHost {}

  /**
   * Decides.
   *
   * @param owner of the claim
   * @param conflicts reasons of hosts that have refused it
   */
  static NextHost of(
      AreaId area,
      EntityId owner,
      PlacementRequest request,
      List<HostOffer> offers,
      Map<HostId, String> conflicts,
      MoveSettings budget) {
    boolean moves = owner instanceof MigrationId;
    if (moves) {
      Optional<Refusal> spent = spent(area, owner.text(), offers, budget);
      if (spent.isPresent()) {
        return new None(spent.get());
      }
    }
    Map<HostId, String> reasons = moves ? busy(owner.text(), offers, budget) : new HashMap<>();
    reasons.putAll(conflicts);
    Optional<HostId> next =
        PlacementEngine.rank(request, offers).stream()
            .filter(host -> !reasons.containsKey(host))
            .findFirst();
    return next.isEmpty() || conflicts.size() >= CLAIM_LIMIT
        ? new None(PlacementEngine.refusal(area, request, offers, reasons))
        : new Ask(next.get());
  }

  private static Optional<Refusal> spent(
      AreaId area, String owner, List<HostOffer> offers, MoveSettings budget) {
    Set<String> underWay = new HashSet<>();
    offers.forEach(offer -> underWay.addAll(offer.incoming()));
    underWay.remove(owner); // its claim, if the answer to it was lost
    return underWay.size() < budget.perArea()
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Refusal.Kind.UNAVAILABLE,
                "%d migrations into area %s are under way (limit per-area %d)"
                    .formatted(underWay.size(), area, budget.perArea()),
                Map.of(
                    "limit", Integer.toString(budget.perArea()),
                    "value", Integer.toString(underWay.size())),
                List.of()));
  }

  private static Map<HostId, String> busy(
      String owner, List<HostOffer> offers, MoveSettings budget) {
    Map<HostId, String> busy = new HashMap<>();
    for (HostOffer offer : offers) {
      long others = offer.incoming().stream().filter(m -> !m.equals(owner)).count();
      if (others >= budget.perHost()) {
        busy.put(
            offer.host(),
            "%d migrations to it are under way (limit per-host %d)"
                .formatted(others, budget.perHost()));
      }
    }
    return busy;
  }
}
