package io.drover.config.units;

import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of something that lives in a cell: {@code <kind>-<area>-<cell>-<tail>}. It carries its
 * cell, so any node routes to it without a look-up.
 */
public sealed interface EntityId permits HostId, VmId, MigrationId, OperationId {
  CellId cell();

  String tail();

  /** The id as written everywhere: {@code vm-north-03-01k…}. */
  String text();

  default AreaId area() {
    return cell().area();
  }

  /** A ULID in lower case: 26 characters of Crockford's base 32. */
  String ULID = "[0-9a-hjkmnp-tv-z]{26}";

  /** What an operator may call a host. */
  String NAME = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?";

  static <T> T parse(
      String kind, String tailForm, String text, BiFunction<CellId, String, T> make) {
    Matcher matcher =
        Pattern.compile(kind + "-(" + AreaId.PATTERN + "-\\d{2})-(" + tailForm + ")").matcher(text);
    if (!matcher.matches()) {
      throw new MalformedIdException(kind, text, kind + "-<area>-<cell>-" + tailForm);
    }
    return make.apply(CellId.parse(matcher.group(1)), matcher.group(2));
  }
}
