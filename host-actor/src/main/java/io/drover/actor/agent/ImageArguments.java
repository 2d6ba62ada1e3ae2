package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.config.units.ArgumentText;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a VM may set for an image's workload, as a host says it: so that a VM whose arguments its
 * image would refuse is refused itself, and not made to fail.
 *
 * @param known those the image lists
 * @param others what a VM may set besides
 */
public record ImageArguments(List<Argument> known, Others others) implements CborSerializable {
  /** Of an agent that does not say; it decides when it gets the order. */
  public static final ImageArguments UNKNOWN = new ImageArguments(List.of(), Others.UNKNOWN);

  public ImageArguments {
    known = List.copyOf(Objects.requireNonNullElse(known, List.of())); // null in older events
    others = Objects.requireNonNullElse(others, Others.UNKNOWN);
  }

  /** Whether the host says, as agents of before do not. */
  public boolean said() {
    return others != Others.UNKNOWN;
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
      OptionalLong number = ArgumentText.wholeNumber(text);
      boolean fits = number.isPresent() && number.getAsLong() >= min && number.getAsLong() <= max;
      return fits
          ? Optional.empty()
          : Optional.of("must be a whole number from %d to %d: \"%s\"".formatted(min, max, text));
    }
  }

  /** What is wrong with the first argument that is, in the order of their names; empty = none. */
  public Optional<String> reasonAgainst(String image, Map<String, String> given) {
    if (given.isEmpty()) {
      return Optional.empty(); // placement asks this of every host
    }
    return new TreeMap<>(given)
        .entrySet().stream()
            .flatMap(entry ->
                reason(entry.getKey(), entry.getValue()).stream()
                    .map(r ->
                        "argument \"%s\" of image \"%s\" %s".formatted(entry.getKey(), image, r)))
            .findFirst();
  }

  private Optional<String> reason(String name, String text) {
    return known.stream()
        .filter(argument -> argument.name().equals(name))
        .findFirst()
        .map(argument -> argument.reasonAgainst(text))
        .orElseGet(() -> othersReason(name, text));
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
          ArgumentText.wholeNumber(text).isPresent()
              ? Optional.empty()
              : Optional.of("must be a whole number: \"%s\"".formatted(text));
      case WORDS -> {
        if (!ArgumentText.isName(name)) {
          yield Optional.of("has a name that cannot stand on a kernel command line");
        }
        yield ArgumentText.isWord(text)
            ? Optional.empty()
            : Optional.of("cannot stand on a kernel command line: \"%s\"".formatted(text));
      }
    };
  }
}
