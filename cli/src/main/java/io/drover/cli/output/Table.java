package io.drover.cli.output;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns aligned with two blanks between them. A header that ends in {@code >} aligns right; a
 * column whose header begins with {@code +} is for wide tables only: without these, and with names
 * of usual length, a line fits a terminal of 80 columns.
 */
public final class Table {
  private final boolean isWide;
  private final List<String> headers;
  private final int[] widths;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with all its columns. */
  public Table(String... headers) {
    this(true, headers);
  }

  public Table(boolean isWide, String... headers) {
    this.isWide = isWide;
    this.headers = List.of(headers);
    this.widths = this.headers.stream().mapToInt(header -> name(header).length()).toArray();
  }

  /** Adds a row of as many cells as there are headers. */
  public Table row(String... cells) {
    if (cells.length != headers.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, headers.size()));
    }
    for (int column = 0; column < cells.length; column++) {
      widths[column] = Math.max(widths[column], cells[column].length());
    }
    rows.add(List.of(cells));
    return this;
  }

  /** Lines that end in a line feed. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    appendLine(text, headers.stream().map(Table::name).toList());
    rows.forEach(row -> appendLine(text, row));
    return text.toString();
  }

  private void appendLine(StringBuilder text, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      if (!isWide && headers.get(column).startsWith("+")) {
        continue;
      }
      String padding = " ".repeat(widths[column] - cells.get(column).length());
      boolean right = headers.get(column).endsWith(">");
      line.append(right ? padding + cells.get(column) : cells.get(column) + padding).append("  ");
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static String name(String header) {
    return header.substring(header.startsWith("+") ? 1 : 0).replace(">", "");
  }
}
