package io.drover.config.units;

import java.util.regex.Pattern;

/**
 * A failure and control domain.
 *
 * @param name lower-case letters, digits and single dashes, starting with a letter, at most 24
 *     characters
 */
public record AreaId(String name) {
  static final String PATTERN = "[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*";
  private static final Pattern NAME = Pattern.compile(PATTERN);
  private static final int LENGTH_LIMIT = 24;

  public AreaId {
    if (name.length() > LENGTH_LIMIT || !NAME.matcher(name).matches()) {
      throw new MalformedIdException(
          "area", name, PATTERN + ", at most " + LENGTH_LIMIT + " characters");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
