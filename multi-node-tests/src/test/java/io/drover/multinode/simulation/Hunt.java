package io.drover.multinode.simulation;

import java.util.List;

/** Called in the class loader of the code with the bug: speaks only in types that both know. */
public final class Hunt {
  private Hunt() {}

  /** What each seed violated, as text; the last one found the bug, if any did. */
  public static List<String> hunt(long first, int limit) {
    return Simulation.until(first, limit, result -> !result.violations().isEmpty()).stream()
        .map(result -> result.violations().isEmpty() ? "" : result.violations().getFirst())
        .toList();
  }
}
