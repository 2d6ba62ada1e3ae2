package io.drover.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** An RFC 9457 problem for people. */
public final class ProblemText {
  private static final int HOST_WIDTH = 28;

  private ProblemText() {}

  /** What was wrong, its facts, and the reason against each host. */
  public static String of(JsonNode problem) {
    StringBuilder text = new StringBuilder();
    text.append(
        "drover: %s (%s)\n"
            .formatted(problem.path("detail").asText(), problem.path("title").asText()));
    for (Map.Entry<String, JsonNode> fact : problem.path("facts").properties()) {
      text.append("  %s: %s\n".formatted(fact.getKey(), fact.getValue().asText()));
    }
    for (JsonNode host : problem.path("hosts")) {
      text.append(
          ("  %-" + HOST_WIDTH + "s %s\n")
              .formatted(host.path("host").asText(), host.path("reason").asText()));
    }
    return text.toString();
  }
}
