package io.drover.node.wiring;

import io.drover.http.node.LocalNode.Check;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What must hold before a node takes requests. Set by its start, read by anybody. */
public final class Readiness {
  /** Conditions in the order in which they come true. */
  public enum Condition {
    DATABASE,
    CLUSTER,
    AREA,
    GATEWAY
  }

  /** Reasons of those that do not hold. */
  private final Map<Condition, String> unmet =
      new ConcurrentHashMap<>(
          Map.of(
              Condition.DATABASE, "not connected yet",
              Condition.CLUSTER, "not a member yet",
              Condition.AREA, "its controller has not answered yet",
              Condition.GATEWAY, "does not listen yet"));

  /** It holds now. */
  public void met(Condition condition) {
    unmet.remove(condition);
  }

  /** It does not hold; for people. */
  public void unmet(Condition condition, String reason) {
    unmet.put(condition, reason);
  }

  public boolean isReady() {
    return unmet.isEmpty();
  }

  /** The first condition that is not met. */
  public Optional<String> firstMissing() {
    return checks().stream()
        .filter(check -> !check.ready())
        .map(check -> check.name() + ": " + check.detail())
        .findFirst();
  }

  List<Check> checks() {
    return Arrays.stream(Condition.values())
        .map(condition -> {
          String reason = unmet.getOrDefault(condition, "");
          return new Check(condition.name().toLowerCase(Locale.ROOT), reason.isEmpty(), reason);
        })
        .toList();
  }
}
