package io.drover.http.model;

import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Checks of single request fields; each refusal names the field, its limit and the value. */
final class Fields {
  private Fields() {}

  static <T> T required(String field, Optional<T> value) {
    return value.orElseThrow(
        () -> ProblemException.invalid(field, "the field \"" + field + "\" is missing"));
  }

  static String text(String field, String value, int lengthLimit) {
    if (value.isBlank()
        || value.length() > lengthLimit
        || value.chars().anyMatch(Character::isISOControl)) {
      throw ProblemException.invalid(
          field,
          "%s must be 1 to %d characters, not blank, none of them a control character"
              .formatted(field, lengthLimit));
    }
    return value;
  }

  static long inRange(String field, long value, long low, long high) {
    if (value < low || value > high) {
      throw ProblemException.invalid(
          field, "%s must be from %d to %d, not %d".formatted(field, low, high, value));
    }
    return value;
  }

  /** An amount of whole granules, at least one of them. */
  static long inGranules(String field, long value, long granule, long high) {
    if (value < granule || value > high || value % granule != 0) {
      throw new ProblemException(
          ProblemType.INVALID_REQUEST,
          "%s must be a multiple of %d, from %d to %d, not %d"
              .formatted(field, granule, granule, high, value),
          Map.of(
              "field", field,
              "value", Long.toString(value),
              "granule", Long.toString(granule)));
    }
    return value;
  }

  static <T> T parsed(String field, String value, Function<String, T> parse) {
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException e) {
      throw ProblemException.invalid(field, field + ": " + e.getMessage());
    }
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  static OptionalLong micros(Optional<Duration> duration) {
    return duration.isPresent() ? OptionalLong.of(micros(duration.get())) : OptionalLong.empty();
  }
}
