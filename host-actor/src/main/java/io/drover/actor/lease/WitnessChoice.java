package io.drover.actor.lease;

import io.drover.config.units.HostId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Chooses who vouches for a host. An odd number, so that none is there for nothing; hosts are the
 * majority, so that no lease needs a control plane; hosts of the own area are, as far as they
 * reach, so that a cut between areas costs none; the rest is spread over areas and racks, so that
 * no other area's loss costs the lease. Whoever vouches already and still can stays, unless that
 * would be against the last rule. A host whose witnesses are silent and that finds too few hosts
 * for others takes control nodes: a lease that needs them is better than one that a dead witness
 * has nearly cost already. Pure.
 */
public final class WitnessChoice {
  /** More make every vouching round dearer, and survive no fault that is likely. */
  public static final int LIMIT = 7;

  /** With fewer, one dead witness would cost the lease. */
  public static final int LEAST = 3;

  private final HostId host;
  private final String rack;
  private final int size;
  private final int nodeLimit;
  private final List<WitnessCandidate> chosen = new ArrayList<>();

  private WitnessChoice(HostId host, String rack, int size, int nodeLimit) {
    this.host = host;
    this.rack = rack;
    this.size = size;
    this.nodeLimit = nodeLimit;
  }

  /**
   * The witnesses, or none when there are too few candidates.
   *
   * @param rack of the host; empty when nobody said
   * @param candidates that can be reached now; the host itself is never chosen
   * @param current those it has
   * @param weakened the agent does not hear some of them. That somebody is no candidate is no sign
   *     of it: a scheduler that has just started knows few.
   */
  public static List<Witness> choose(
      HostId host,
      String rack,
      List<WitnessCandidate> candidates,
      List<Witness> current,
      boolean weakened) {
    Map<String, WitnessCandidate> others = new HashMap<>();
    candidates.stream()
        .filter(c -> !c.id().equals(host.text()))
        .forEach(c -> others.put(c.id(), c));
    int size = size(others.values().stream().toList());
    if (size >= LEAST) {
      return choose(() -> new WitnessChoice(host, rack, size, minority(size)), others, current);
    }
    return current.isEmpty() || !weakened || others.size() < LEAST
        ? List.of()
        : choose(() -> new WitnessChoice(host, rack, LEAST, LEAST), others, current);
  }

  private static List<Witness> choose(
      Supplier<WitnessChoice> none, Map<String, WitnessCandidate> others, List<Witness> current) {
    WitnessChoice kept = none.get();
    current.stream()
        .flatMap(w -> Optional.ofNullable(others.get(w.id())).stream())
        .forEach(kept::addIfItFits);
    kept.fillFrom(others.values());
    if (!kept.dependsOnOneArea()) {
      return kept.witnesses();
    }
    WitnessChoice fresh = none.get();
    fresh.fillFrom(others.values());
    return (fresh.dependsOnOneArea() ? kept : fresh).witnesses();
  }

  private void fillFrom(Collection<WitnessCandidate> candidates) {
    while (chosen.size() < size) {
      addBestOf(candidates);
    }
  }

  private List<Witness> witnesses() {
    return chosen.stream()
        .map(WitnessCandidate::witness)
        .sorted(Comparator.comparing(Witness::id))
        .toList();
  }

  /** Whether another area's loss would leave no majority. The own area's loss is the host's. */
  private boolean dependsOnOneArea() {
    return chosen.stream()
        .map(WitnessCandidate::area)
        .filter(area -> !area.equals(host.area().name()))
        .anyMatch(area -> countIn(area) > minority(size));
  }

  /** The largest odd number of which hosts can be the majority. */
  private static int size(List<WitnessCandidate> candidates) {
    int nodes = (int) candidates.stream().filter(WitnessCandidate::controlNode).count();
    int hosts = candidates.size() - nodes;
    int size = LIMIT;
    while (size > 0 && size - Math.min(nodes, minority(size)) > hosts) {
      size -= 2;
    }
    return size;
  }

  private static int minority(int size) {
    return (size - 1) / 2;
  }

  private void addIfItFits(WitnessCandidate candidate) {
    if (chosen.size() < size && mayAdd(candidate)) {
      chosen.add(candidate);
    }
  }

  private boolean mayAdd(WitnessCandidate candidate) {
    return !chosen.contains(candidate)
        && (!candidate.controlNode() || count(WitnessCandidate::controlNode) < nodeLimit);
  }

  private void addBestOf(Collection<WitnessCandidate> candidates) {
    boolean homeFirst = count(this::isHostOfArea) <= minority(size);
    chosen.add(
        candidates.stream()
            .filter(this::mayAdd)
            .min(
                Comparator.comparing((WitnessCandidate c) -> homeFirst && !isHostOfArea(c))
                    .thenComparing(this::isInRack)
                    .thenComparingLong(c -> homeFirst && isHostOfArea(c) ? 0 : countIn(c.area()))
                    .thenComparingLong(c -> count(o -> o.domain().equals(c.domain())))
                    .thenComparing(WitnessCandidate::controlNode)
                    .thenComparingInt(this::lot)
                    .thenComparing(WitnessCandidate::id))
            .orElseThrow()); // size was chosen so that there is one
  }

  private long count(Predicate<WitnessCandidate> which) {
    return chosen.stream().filter(which).count();
  }

  private long countIn(String area) {
    return count(c -> c.area().equals(area));
  }

  private boolean isHostOfArea(WitnessCandidate c) {
    return !c.controlNode() && c.area().equals(host.area().name());
  }

  /** Would lose its power together with the host. */
  private boolean isInRack(WitnessCandidate c) {
    return isHostOfArea(c) && !rack.isEmpty() && c.rack().equals(rack);
  }

  /** Another order for every host, so that no witness vouches for all of them. */
  private int lot(WitnessCandidate c) {
    return (host.text() + '|' + c.id()).hashCode();
  }
}
