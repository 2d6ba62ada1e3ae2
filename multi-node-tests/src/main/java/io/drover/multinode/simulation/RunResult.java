package io.drover.multinode.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What one seed came to.
 *
 * @param violations empty = all that must hold did
 * @param lastEvents before the first violation
 * @param traceHash equal for equal runs
 * @param simulated virtual time
 * @param messages that actors were handed
 * @param starts of guests
 * @param orders that agents carried out
 * @param left grants that were used up, as their host did not hold its lease
 * @param vouches that witnesses gave
 * @param fenced hosts that were proven dead
 * @param takeovers how often cells changed hands by decision of their area
 * @param events in the journal
 * @param conflicts writes that came second to the journal
 */
public record RunResult(
    long seed,
    List<String> violations,
    List<String> lastEvents,
    long traceHash,
    Duration simulated,
    long steps,
    long messages,
    long asked,
    long acknowledged,
    long unknown,
    long starts,
    long orders,
    long left,
    long vouches,
    long fenced,
    long takeovers,
    long events,
    long conflicts,
    Map<String, Integer> faults,
    Duration took) {
  static final int EVENTS_SHOWN = 120;

  public RunResult {
    violations = List.copyOf(violations);
    lastEvents = List.copyOf(lastEvents);
    faults = Map.copyOf(faults);
  }

  /** For people: what was violated, what came before it, and how to see it again. */
  public String report() {
    String line = System.lineSeparator();
    return "seed %d after %s and %d steps:%n  %s%n%s%nagain: ./drover simulate --seed %d"
        .formatted(
            seed,
            simulated,
            steps,
            String.join(line + "  ", violations),
            String.join(line, lastEvents),
            seed);
  }
}
