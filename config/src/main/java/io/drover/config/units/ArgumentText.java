package io.drover.config.units;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What arguments of a VM may look like; one rule for whoever refuses them and whoever uses them.
 */
public final class ArgumentText {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern WORD = Pattern.compile("[^\\s\"\\p{Cntrl}]*");

  private ArgumentText() {}

  /** Empty when it is none, or none of 64 bits. */
  public static OptionalLong wholeNumber(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  /** Whether it can be a name on a kernel command line. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Whether it can be a value on a kernel command line. */
  public static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }
}
