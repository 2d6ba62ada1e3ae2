package io.drover.actor.placement;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.host.Fit;
import io.drover.actor.host.HostOffer;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses hosts: a filter (can it run there, does it fit), then best fit (the host that is left
 * with the least). Pure and deterministic: the same offers in any order give the same ranking.
 */
final class PlacementEngine {
  /** Reasons in one refusal; a person reads no more. */
  static final int REASON_LIMIT = 100;

  private PlacementEngine() {}

  /** Hosts that can take it, the best first; empty = none, and {@link #refusal} says why. */
  static List<HostId> rank(PlacementRequest request, List<HostOffer> offers) {
    Resources asked = request.spec().resources();
    return offers.stream()
        .filter(o -> reasonAgainst(request, o).isEmpty())
        .sorted(
            Comparator.comparingDouble((HostOffer o) -> leftOver(o, asked))
                .thenComparing(o -> o.host().text()))
        .map(HostOffer::host)
        .toList();
  }

  static Optional<String> reasonAgainst(PlacementRequest request, HostOffer offer) {
    if (request.source().filter(offer.host()::equals).isPresent()) {
      return Optional.of("it is the source");
    }
    if (request.wanted().filter(w -> !w.equals(offer.host())).isPresent()) {
      return Optional.of("another host was asked for");
    }
    return request
        .reasonToAvoid(offer.host())
        .or(() ->
            Fit.reasonAgainst(
                offer, request.spec().resources(), request.spec().image(), request.spec().pin()))
        .or(() -> Fit.argumentReason(offer, request.spec()));
  }

  /** The fractions of cpu and memory that stay free, added up: the smaller, the better it fits. */
  private static double leftOver(HostOffer offer, Resources asked) {
    Resources left = offer.free().minus(asked);
    return fraction(left.memory().bytes(), offer.capacity().memory().bytes())
        + fraction(left.cpuMillis(), offer.capacity().cpuMillis());
  }

  private static double fraction(long part, long whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }

  /**
   * Why nothing was chosen.
   *
   * @param conflicts reasons of hosts that refused the claim although they seemed to fit
   */
  static Refusal refusal(
      AreaId area,
      PlacementRequest request,
      List<HostOffer> offers,
      Map<HostId, String> conflicts) {
    List<HostReason> reasons = reasons(request, offers, conflicts);
    if (request.wanted().isPresent()
        && offers.stream().noneMatch(o -> o.host().equals(request.wanted().get()))) {
      String wanted = request.wanted().get().text();
      return new Refusal(
          Refusal.Kind.NO_CAPACITY,
          "area %s has no host %s".formatted(area, wanted),
          Map.of("host", wanted),
          List.of(new HostReason(wanted, "no such host")));
    }
    String image = request.spec().image();
    boolean imageKnown =
        request.spec().pin().isPresent()
            || offers.stream()
                .flatMap(o -> o.images().stream())
                .anyMatch(i -> i.name().equals(image));
    if (!offers.isEmpty() && !imageKnown) {
      return new Refusal(
          Refusal.Kind.NOT_FOUND,
          "no host of area %s has image \"%s\"".formatted(area, image),
          Map.of("image", image),
          reasons);
    }
    return badArguments(request.spec(), offers, reasons)
        .or(() -> tooLarge(area, request.spec().resources(), offers, reasons))
        .orElseGet(() ->
            new Refusal(
                Refusal.Kind.NO_CAPACITY,
                offers.isEmpty()
                    ? "area " + area + " has no hosts"
                    : "no host of area %s can take it (%s)"
                        .formatted(area, request.spec().resources()),
                Map.of(),
                reasons));
  }

  private static List<HostReason> reasons(
      PlacementRequest request, List<HostOffer> offers, Map<HostId, String> conflicts) {
    return offers.stream()
        .filter(o -> request.wanted().isEmpty() || request.wanted().get().equals(o.host()))
        .sorted(Comparator.comparing(o -> o.host().text()))
        .limit(REASON_LIMIT)
        .map(o -> new HostReason(o.host().text(), reason(request, o, conflicts)))
        .toList();
  }

  private static String reason(
      PlacementRequest request, HostOffer offer, Map<HostId, String> conflicts) {
    return Optional.ofNullable(conflicts.get(offer.host()))
        .or(() -> reasonAgainst(request, offer))
        .orElse("it was not tried: enough others refused the claim");
  }

  /**
   * The image itself refuses what the VM sets for it. A host without the image has no say, unless
   * it could fetch it.
   */
  private static Optional<Refusal> badArguments(
      GuestSpec spec, List<HostOffer> offers, List<HostReason> reasons) {
    List<Optional<String>> said =
        offers.stream()
            .filter(o -> spec.pin().isPresent() || Fit.imageOf(o, spec).isPresent())
            .map(o -> Fit.argumentReason(o, spec))
            .toList();
    return said.isEmpty() || said.stream().anyMatch(Optional::isEmpty)
        ? Optional.empty()
        : said.getFirst()
            .map(reason ->
                new Refusal(Refusal.Kind.INVALID, reason, Map.of("image", spec.image()), reasons));
  }

  /** No host could ever take it, even when empty: says which limit. */
  private static Optional<Refusal> tooLarge(
      AreaId area, Resources asked, List<HostOffer> offers, List<HostReason> reasons) {
    if (offers.isEmpty() || !offers.stream().allMatch(o -> Fit.exceedsCapacity(o, asked))) {
      return Optional.empty();
    }
    ByteSize memory =
        offers.stream()
            .map(o -> o.capacity().memory())
            .max(Comparator.naturalOrder())
            .orElse(ByteSize.ZERO);
    int cpu = offers.stream().mapToInt(o -> o.capacity().cpuMillis()).max().orElse(0);
    Map<String, String> facts = new HashMap<>();
    if (asked.memory().compareTo(memory) > 0) {
      facts.put("limit", "memoryBytes");
      facts.put("value", Long.toString(asked.memory().bytes()));
      facts.put("largest", Long.toString(memory.bytes()));
    } else if (asked.cpuMillis() > cpu) {
      facts.put("limit", "cpuMillis");
      facts.put("value", Integer.toString(asked.cpuMillis()));
      facts.put("largest", Integer.toString(cpu));
    }
    return Optional.of(
        new Refusal(
            Refusal.Kind.NO_CAPACITY,
            "larger than any host of area %s: %s asked, the largest have %d mCPU and %s"
                .formatted(area, asked, cpu, memory),
            facts,
            reasons));
  }
}
