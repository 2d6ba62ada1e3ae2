package io.drover.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

/** The server answered with a problem. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JsonNode problem;

  public RefusedException(JsonNode problem) {
    super(problem.path("detail").asText(), null, false, false);
    this.problem = problem;
  }

  /** The RFC 9457 problem. */
  public JsonNode problem() {
    return problem;
  }

  /** Whether it is a problem of this type, such as {@code not-found}. */
  public boolean is(String type) {
    return problem.path("type").asText().equals("urn:drover:problem:" + type);
  }
}
