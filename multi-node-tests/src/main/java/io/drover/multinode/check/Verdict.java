package io.drover.multinode.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a checker found.
 *
 * @param violations each says what must not be; empty = it holds
 * @param figures what was counted or measured, by name with the unit last
 */
public record Verdict(String checker, List<String> violations, Map<String, Double> figures) {
  public Verdict {
    violations = List.copyOf(violations);
    figures = new LinkedHashMap<>(figures);
  }

  public boolean holds() {
    return violations.isEmpty();
  }
}
