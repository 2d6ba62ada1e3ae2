package io.drover.config.units;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fixed fraction of an area's hosts and VMs. A cell is one shard: the unit in which control
 * moves.
 *
 * @param index 0 to 99, below the area's number of cells
 */
public record CellId(AreaId area, int index) {
  /** Two digits in every id, so no area has more cells than that. */
  public static final int INDEX_LIMIT = 100;

  private static final Pattern FORM = Pattern.compile("(" + AreaId.PATTERN + ")-(\\d{2})");

  public CellId {
    if (index < 0 || index >= INDEX_LIMIT) {
      throw new IllegalArgumentException(
          "cell index must be 0.." + (INDEX_LIMIT - 1) + ": " + index);
    }
  }

  /** Parses {@code north-03}. */
  public static CellId parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new MalformedIdException("cell", text, "<area>-<two digits>");
    }
    return new CellId(new AreaId(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** The cell a name belongs to: the same for the same name, for ever, on any JVM. */
  public static CellId ofName(AreaId area, String name, int cells) {
    return new CellId(area, Math.floorMod(name.hashCode(), cells)); // String.hashCode is specified
  }

  @Override
  public String toString() {
    return area + (index < 10 ? "-0" : "-") + index; // the same digits in every locale
  }
}
