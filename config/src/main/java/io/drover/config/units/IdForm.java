package io.drover.config.units;

import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the ids of one kind are written: {@code <kind>-<area>-<cell>-<tail>}. */
final class IdForm {
  /** In lower case: 26 characters of Crockford's base 32. */
  static final String ULID = "[0-9a-hjkmnp-tv-z]{26}";

  private final String kind;
  private final Pattern tail;
  private final Pattern whole;

  IdForm(String kind, String tail) {
    this.kind = kind;
    this.tail = Pattern.compile(tail);
    this.whole = Pattern.compile(kind + "-(" + AreaId.PATTERN + "-\\d{2})-(" + tail + ")");
  }

  boolean isTail(String text) {
    return tail.matcher(text).matches();
  }

  void requireTail(String text) {
    if (!isTail(text)) {
      throw new MalformedIdException(kind, text, tail.pattern());
    }
  }

  <T> T parse(String text, BiFunction<CellId, String, T> make) {
    Matcher matcher = whole.matcher(text);
    if (!matcher.matches()) {
      throw new MalformedIdException(kind, text, kind + "-<area>-<cell>-" + tail.pattern());
    }
    return make.apply(CellId.parse(matcher.group(1)), matcher.group(2));
  }

  String text(CellId cell, String tailText) {
    return kind + "-" + cell + "-" + tailText;
  }
}
