package io.drover.multinode.check;

import io.drover.multinode.history.History;
import io.drover.multinode.history.Operation;
import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How long each fault could be noticed: by clients, the longest time from a request about a VM to
 * the next answer about it, be it to another request; by guests, the longest time one of them had
 * no effect although nobody asked for that; and how long after its end until all processes were
 * ready. What lasts longer than the limit after the fault was healed was not repaired.
 */
public final class Repair {
  private static final double NS_PER_S = 1e9;

  /** Guests have effects all the time: shorter gaps are the machine's. */
  private static final long SILENCE_NS = 500_000_000;

  private Repair() {}

  /** What one fault did. */
  public record Consequence(
      FaultSpan fault, double clientsSeconds, double guestsSeconds, double readySeconds) {}

  /**
   * Measures every fault.
   *
   * @param limit after the healing
   */
  public static Verdict check(
      List<FaultSpan> faults,
      List<Operation> operations,
      List<Testimony> testimonies,
      Map<String, String> vmOfId,
      Duration limit) {
    Map<String, List<Long>> effects = effects(testimonies);
    Map<String, List<Consequence>> byKind = new TreeMap<>();
    List<String> violations = new ArrayList<>();
    for (FaultSpan fault : faults) {
      Consequence consequence =
          new Consequence(
              fault,
              clientsNs(fault, operations) / NS_PER_S,
              guestsNs(fault, effects, asked(fault, operations), vmOfId) / NS_PER_S,
              (fault.readyNs() - fault.healedNs()) / NS_PER_S);
      byKind.computeIfAbsent(fault.kind(), _ -> new ArrayList<>()).add(consequence);
      violations.addAll(tooLong(consequence, limit));
    }
    Map<String, Double> figures = new TreeMap<>();
    byKind.forEach((kind, all) -> {
      put(figures, kind + "_clients", all.stream().map(Consequence::clientsSeconds).toList());
      put(figures, kind + "_guests", all.stream().map(Consequence::guestsSeconds).toList());
      put(figures, kind + "_ready", all.stream().map(Consequence::readySeconds).toList());
    });
    return new Verdict("repair", violations, figures);
  }

  private static List<String> tooLong(Consequence consequence, Duration limit) {
    FaultSpan fault = consequence.fault();
    double limitSeconds = limit.toMillis() / 1000.0;
    double allowed = (fault.healedNs() - fault.injectedNs()) / NS_PER_S + limitSeconds;
    double allowedToGuests = fault.guestsWithin().map(d -> d.toMillis() / 1000.0).orElse(allowed);
    boolean isRepaired =
        consequence.clientsSeconds() <= allowed
            && consequence.guestsSeconds() <= allowedToGuests
            && consequence.readySeconds() <= limitSeconds;
    return isRepaired
        ? List.of()
        : List.of(
            "%s; %.1f s were allowed, %.1f s to guests"
                .formatted(consequence, allowed, allowedToGuests));
  }

  private static void put(Map<String, Double> figures, String name, List<Double> seconds) {
    List<Double> sorted = seconds.stream().sorted().toList();
    figures.put(name + "_p50_s", sorted.get((sorted.size() - 1) / 2));
    figures.put(name + "_p99_s", sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1));
    figures.put(name + "_max_s", sorted.getLast());
  }

  private static Map<String, List<Long>> effects(List<Testimony> testimonies) {
    Map<String, List<Long>> times = new HashMap<>();
    for (Testimony testimony : testimonies) {
      if (testimony instanceof Effect effect) {
        times.computeIfAbsent(effect.vm(), _ -> new ArrayList<>()).add(effect.atNs());
      }
    }
    return times;
  }

  /** The longest time from a request about a VM to the next answer about that VM. */
  private static long clientsNs(FaultSpan fault, List<Operation> operations) {
    long longest = 0;
    for (List<Operation> ofVm : History.byVm(operations).values()) {
      long waitingSinceNs = Long.MAX_VALUE;
      for (Operation operation : ofVm) {
        waitingSinceNs = Math.min(waitingSinceNs, operation.invokedAtNs());
        if (operation.isAnswered()) {
          boolean isOfFault =
              waitingSinceNs >= fault.injectedNs() && waitingSinceNs < fault.endNs();
          long waited = operation.endedAtNs().orElseThrow() - waitingSinceNs;
          longest = isOfFault ? Math.max(longest, waited) : longest;
          waitingSinceNs = Long.MAX_VALUE;
        }
      }
    }
    return longest;
  }

  /** VMs that a client wanted something of meanwhile, and that may be silent for that. */
  private static Set<String> asked(FaultSpan fault, List<Operation> operations) {
    Set<String> asked = new HashSet<>();
    for (Operation operation : operations) {
      boolean changesPower =
          switch (operation.kind()) {
            case CREATE, START, STOP, DELETE -> true;
            case MIGRATE, READ -> false;
          };
      long ended = operation.endedAtNs().orElse(Long.MAX_VALUE);
      if (changesPower
          && operation.mayHaveHappened()
          && operation.invokedAtNs() < fault.endNs()
          && ended >= fault.injectedNs()) {
        asked.add(operation.vm());
      }
    }
    return asked;
  }

  private static long guestsNs(
      FaultSpan fault,
      Map<String, List<Long>> effects,
      Set<String> asked,
      Map<String, String> vmOfId) {
    long longest = 0;
    for (Map.Entry<String, List<Long>> vm : effects.entrySet()) {
      if (!asked.contains(vmOfId.getOrDefault(vm.getKey(), ""))) {
        longest = Math.max(longest, silence(fault, vm.getValue()));
      }
    }
    return longest;
  }

  /** The longest gap that began within the fault; one without an end is a stopped VM's. */
  private static long silence(FaultSpan fault, List<Long> effects) {
    long longest = 0;
    @Nullable Long before = null;
    for (long at : effects) {
      if (before != null && before >= fault.injectedNs() && before < fault.endNs()) {
        long gap = at - before;
        longest = gap >= SILENCE_NS ? Math.max(longest, gap) : longest;
      }
      before = at;
    }
    return longest;
  }
}
