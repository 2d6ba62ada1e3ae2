package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a VM may set for an image's workload, as a host says it: so that a VM whose arguments its
 * image would refuse is refused itself, and not made to fail.
 *
 * @param known by name
 */
public record ImageArguments(List<Argument> known, Others others) implements CborSerializable {
  /** Of an agent that does not say; it decides when it gets the order. */
  public static final ImageArguments UNKNOWN = new ImageArguments(List.of(), Others.UNKNOWN);

  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern WORD = Pattern.compile("[^\\s\"\\p{Cntrl}]*");

  public ImageArguments {
    known = List.copyOf(Objects.requireNonNullElse(known, List.of())); // null in older events
    others = Objects.requireNonNullElse(others, Others.UNKNOWN);
  }

  /** Arguments that are not among the known. */
  public enum Others {
    UNKNOWN,
    NONE,
    WHOLE_NUMBERS,
    /** What can stand on a kernel command line. */
    WORDS
  }

  /**
   * One argument: a whole number, or one of named values.
   *
   * @param description for people
   * @param values empty for a number
   * @param defaultValue as a VM would write it
   * @param min smallest number, ignored for named values
   * @param max largest number, ignored for named values
   */
  public record Argument(
      String name, String description, List<String> values, String defaultValue, long min, long max)
      implements CborSerializable {
    public Argument {
      values = List.copyOf(values);
    }

    private Optional<String> reasonAgainst(String text) {
      if (!values.isEmpty()) {
        return values.contains(text)
            ? Optional.empty()
            : Optional.of("must be one of %s: \"%s\"".formatted(values, text));
      }
      boolean fits =
          WHOLE_NUMBER.matcher(text).matches()
              && Long.parseLong(text) >= min
              && Long.parseLong(text) <= max;
      return fits
          ? Optional.empty()
          : Optional.of("must be a whole number from %d to %d: \"%s\"".formatted(min, max, text));
    }
  }

  /** What is wrong with the first argument that is, in the order of their names; empty = none. */
  public Optional<String> reasonAgainst(String image, Map<String, String> given) {
    Map<String, Argument> byName =
        known.stream().collect(Collectors.toMap(Argument::name, argument -> argument));
    return new TreeMap<>(given)
        .entrySet().stream()
            .flatMap(entry -> {
              String name = entry.getKey();
              Argument argument = byName.get(name);
              Optional<String> reason =
                  argument == null
                      ? othersReason(name, entry.getValue())
                      : argument.reasonAgainst(entry.getValue());
              return reason
                  .map(r -> "argument \"%s\" of image \"%s\" %s".formatted(name, image, r))
                  .stream();
            })
            .findFirst();
  }

  private Optional<String> othersReason(String name, String text) {
    return switch (others) {
      case UNKNOWN -> Optional.empty();
      case NONE ->
          Optional.of(
              known.isEmpty()
                  ? "does not exist: the image has none"
                  : "does not exist: the image has "
                      + new TreeSet<>(known.stream().map(Argument::name).toList()));
      case WHOLE_NUMBERS ->
          WHOLE_NUMBER.matcher(text).matches()
              ? Optional.empty()
              : Optional.of("must be a whole number: \"%s\"".formatted(text));
      case WORDS ->
          NAME.matcher(name).matches() && WORD.matcher(text).matches()
              ? Optional.empty()
              : Optional.of("cannot stand on a kernel command line: \"%s\"".formatted(text));
    };
  }
}
