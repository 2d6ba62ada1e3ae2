package io.drover.http.exchange;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path as the contract writes it: {@code /v1/vms/{vm}:migrate}. A variable takes a whole segment
 * up to its suffix, and never contains a colon: an unknown action is an unknown route, not an id.
 */
public final class PathTemplate {
  private final String text;
  private final List<Segment> segments;

  public PathTemplate(String text) {
    this.text = text;
    this.segments = Arrays.stream(text.substring(1).split("/")).map(Segment::parse).toList();
  }

  /** The variables' values, when the path has this form. */
  public Optional<Map<String, String>> match(List<String> path) {
    if (path.size() != segments.size()) {
      return Optional.empty();
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      if (!segments.get(i).take(path.get(i), variables)) {
        return Optional.empty();
      }
    }
    return Optional.of(variables);
  }

  @Override
  public String toString() {
    return text;
  }

  /**
   * One segment: a literal, or a variable with a suffix.
   *
   * @param variable its name; empty for a literal
   * @param literal the whole segment, or the suffix
   */
  private record Segment(String variable, String literal) {
    static Segment parse(String text) {
      int close = text.indexOf('}');
      return close < 0
          ? new Segment("", text)
          : new Segment(text.substring(1, close), text.substring(close + 1));
    }

    boolean take(String segment, Map<String, String> variables) {
      if (variable.isEmpty()) {
        return segment.equals(literal);
      }
      if (!segment.endsWith(literal)) {
        return false;
      }
      String value = segment.substring(0, segment.length() - literal.length());
      variables.put(variable, value);
      return !value.isEmpty() && value.indexOf(':') < 0;
    }
  }
}
