package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.Table;
import java.util.Locale;

/** A drill for people. */
final class DrillReport {
  private DrillReport() {}

  /** One line while it goes on. */
  static String progress(JsonNode drill) {
    return "%s to %s  %s: %s"
        .formatted(
            drill.path("area").asText(),
            drill.path("to").asText(),
            drill.path("phase").asText().toLowerCase(Locale.ROOT).replace('_', ' '),
            drill.path("reason").asText());
  }

  /** How it is, and what it measured. */
  static String full(JsonNode drill, Session session) {
    Table table = session.table("WAY", "ACCEPTS OPERATIONS AFTER>", "ALL HOSTS THERE AFTER>");
    row(table, "to " + drill.path("to").asText(), drill.path("there"));
    row(table, "back", drill.path("home"));
    return "%s\n%shosts %s, operations acknowledged %s, lost %s\n"
        .formatted(
            progress(drill),
            table,
            drill.path("hosts").asText(),
            drill.path("operationsAcknowledged").asText(),
            drill.path("operationsLost").asText("not known"));
  }

  private static void row(Table table, String way, JsonNode figures) {
    table.row(
        way,
        seconds(figures.path("acceptingAfterSeconds")),
        seconds(figures.path("allHostsAfterSeconds")));
  }

  private static String seconds(JsonNode value) {
    return value.isMissingNode() ? "-" : String.format(Locale.ROOT, "%.1f s", value.asDouble());
  }
}
