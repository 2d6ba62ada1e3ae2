package io.drover.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns aligned with two blanks between them; a header that ends in {@code >} aligns right. */
public final class Table {
  private final List<String> headers;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headers) {
    this.headers = List.of(headers);
  }

  /** Adds a row of as many cells as there are headers. */
  public Table row(String... cells) {
    if (cells.length != headers.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, headers.size()));
    }
    rows.add(Arrays.asList(cells));
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
      String padding = " ".repeat(width(column) - cells.get(column).length());
      boolean right = headers.get(column).endsWith(">");
      line.append(right ? padding + cells.get(column) : cells.get(column) + padding).append("  ");
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private int width(int column) {
    return Math.max(
        name(headers.get(column)).length(),
        rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
  }

  private static String name(String header) {
    return header.endsWith(">") ? header.substring(0, header.length() - 1) : header;
  }
}
