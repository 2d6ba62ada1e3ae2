package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.util.Locale;

/** A drain for people. */
final class DrainReport {
  private DrainReport() {}

  /** One line while it goes on. */
  static String progress(JsonNode drain) {
    return "%s  %s: %s"
        .formatted(
            drain.path("host").asText(), word(drain.path("phase")), drain.path("reason").asText());
  }

  /** How it is, and every VM with the reason why it is where it is. */
  static String full(JsonNode drain, Session session) {
    Table table = session.table("VM", "STATUS", "ATTEMPTS>", "+MIGRATION", "TARGET", "+AGE>");
    StringBuilder reasons = new StringBuilder();
    for (JsonNode vm : drain.path("vms")) {
      table.row(
          vm.path("vm").asText(),
          word(vm.path("status")),
          vm.path("attempts").asText(),
          Units.text(vm.path("migration")),
          Units.text(vm.path("target")),
          Units.age(vm.path("since"), session.now()));
      if (!vm.path("status").asText().equals("MOVED")) {
        reasons.append(
            "%s %s: %s\n".formatted(vm.path("vm").asText(), word(vm.path("status")), reason(vm)));
      }
    }
    return progress(drain) + "\n" + table + reasons;
  }

  private static String reason(JsonNode vm) {
    String next = vm.path("nextAction").asText();
    return vm.path("reason").asText() + (next.isEmpty() ? "" : "; next: " + next);
  }

  private static String word(JsonNode name) {
    return name.asText().toLowerCase(Locale.ROOT);
  }
}
