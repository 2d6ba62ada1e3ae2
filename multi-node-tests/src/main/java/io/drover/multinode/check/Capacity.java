package io.drover.multinode.check;

import io.drover.multinode.check.Intervals.Stay;
import io.drover.multinode.witness.Testimony;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * No host is ever given more than it has: not by what its entity says of its claims at any time it
 * was asked, and not by the guests that had effects there.
 */
public final class Capacity {
  private Capacity() {}

  /** CPU in thousandths of a core, memory in bytes. */
  public record Amount(long cpuMillis, long memoryBytes) {
    private Amount plus(Amount other) {
      return new Amount(cpuMillis + other.cpuMillis, memoryBytes + other.memoryBytes);
    }

    private boolean fits(Amount into) {
      return cpuMillis <= into.cpuMillis && memoryBytes <= into.memoryBytes;
    }
  }

  /** What is claimed for one VM or migration. */
  public record Claim(String owner, Amount amount) {}

  /**
   * A host as its entity showed it: one committed state.
   *
   * @param claimed the sum, as the host says
   */
  public record HostSight(
      String host, long version, Amount capacity, Amount claimed, List<Claim> claims) {}

  /**
   * Judges what hosts said and what guests did.
   *
   * @param guestsPerHost how many of the workload's VMs, all of one size, fit on a host
   */
  public static Verdict check(
      List<HostSight> sights, List<Testimony> testimonies, int guestsPerHost) {
    List<String> violations = new ArrayList<>();
    sights.forEach(sight -> checkClaims(sight, violations));
    int most = mostEffective(testimonies, guestsPerHost, violations);
    return new Verdict(
        "capacity",
        violations,
        Map.of("host_states", (double) sights.size(), "most_guests_on_a_host", (double) most));
  }

  private static void checkClaims(HostSight sight, List<String> violations) {
    Amount sum = sight.claims().stream().map(Claim::amount).reduce(new Amount(0, 0), Amount::plus);
    if (!sum.fits(sight.capacity()) || !sum.equals(sight.claimed())) {
      violations.add("%s, claims in all %s".formatted(sight, sum));
    }
    Set<String> owners = new HashSet<>();
    for (Claim claim : sight.claims()) {
      if (!owners.add(claim.owner())) {
        violations.add(claim.owner() + " has two claims at " + sight.host());
      }
    }
  }

  /** The most guests of one host that had effects at one time. */
  private static int mostEffective(
      List<Testimony> testimonies, int limit, List<String> violations) {
    record Turn(String host, long atNs, int change) {}
    List<Turn> turns = new ArrayList<>();
    for (Stay stay : Intervals.of(testimonies)) {
      turns.add(new Turn(stay.runner().host(), stay.fromNs(), 1));
      turns.add(new Turn(stay.runner().host(), stay.effectiveUntilNs(), -1));
    }
    turns.sort((a, b) ->
        a.atNs() == b.atNs()
            ? Integer.compare(a.change(), b.change())
            : Long.compare(a.atNs(), b.atNs()));
    Map<String, Integer> guests = new HashMap<>();
    int most = 0;
    for (Turn turn : turns) {
      int now = guests.merge(turn.host(), turn.change(), Integer::sum);
      most = Math.max(most, now);
      if (now > limit && turn.change() > 0) {
        violations.add(
            "%d guests had effects at %s at %d ns; %d fit"
                .formatted(now, turn.host(), turn.atNs(), limit));
      }
    }
    return most;
  }
}
