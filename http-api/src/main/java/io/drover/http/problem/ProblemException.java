package io.drover.http.problem;

import java.util.Map;

/** A problem the API itself found, before anything was asked of the control plane. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final transient Map<String, String> facts;

  public ProblemException(ProblemType type, String detail, Map<String, String> facts) {
    super(detail, null, false, false); // an answer, not a failure: no stack trace
    this.type = type;
    this.facts = Map.copyOf(facts);
  }

  /**
   * A field, path variable, query parameter or header with an unusable value.
   *
   * @param field as the client wrote it: {@code memoryBytes}, {@code If-Match}
   */
  public static ProblemException invalid(String field, String detail) {
    return new ProblemException(ProblemType.INVALID_REQUEST, detail, Map.of("field", field));
  }

  public ProblemType type() {
    return type;
  }

  public Map<String, String> facts() {
    return facts;
  }
}
