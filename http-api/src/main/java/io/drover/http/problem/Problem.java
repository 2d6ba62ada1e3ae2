package io.drover.http.problem;

import io.drover.actor.api.Refusal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An RFC 9457 problem, as it is written to the client.
 *
 * @param type stable; programs decide by it
 * @param detail what was wrong, for people
 * @param instance path of the request
 * @param facts the same for programs: {@code field}, {@code limit}, {@code value} …
 * @param hosts where hosts were looked at: the first reason against each
 */
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    Map<String, String> facts,
    List<HostReason> hosts) {

  /** The first reason against one host. */
  public record HostReason(String host, String reason) {}

  /** The problem a refusal becomes. */
  public static Problem of(ProblemType type, String instance, Refusal refusal) {
    return new Problem(
        type.urn(),
        type.title(),
        type.status(),
        refusal.detail(),
        instance,
        new TreeMap<>(refusal.facts()),
        refusal.hosts().stream()
            .map(reason -> new HostReason(reason.host(), reason.reason()))
            .toList());
  }

  /** The same under another HTTP status: more exact than its type's. */
  public Problem withStatus(int exact) {
    return new Problem(type, title, exact, detail, instance, facts, hosts);
  }

  /** A problem the API itself found. */
  public static Problem of(ProblemException e, String instance) {
    ProblemType type = e.type();
    return new Problem(
        type.urn(),
        type.title(),
        type.status(),
        String.valueOf(e.getMessage()),
        instance,
        new TreeMap<>(e.facts()),
        List.of());
  }
}
