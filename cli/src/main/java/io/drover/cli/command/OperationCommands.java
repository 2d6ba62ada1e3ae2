package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code drover operation}. */
@Command(
    name = "operation",
    description = "Long work that requests started.",
    synopsisSubcommandLabel = "COMMAND")
final class OperationCommands {
  private final Session session;

  OperationCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List operations.")
  int list() {
    List<JsonNode> operations = session.api().list("/v1/operations", Map.of());
    return session.print(operations, () -> table(operations));
  }

  private String table(List<JsonNode> operations) {
    Table table = session.table("ID", "KIND", "+SUBJECT", "STATUS", "AGE>", "+REASON");
    for (JsonNode operation : operations) {
      table.row(
          operation.path("id").asText(),
          operation.path("kind").asText(),
          operation.path("subject").asText(),
          operation.path("status").asText(),
          Units.age(operation.path("startedAt"), session.now()),
          operation.path("reason").asText());
    }
    return table.toString();
  }

  static String line(JsonNode operation) {
    String reason = operation.path("reason").asText();
    return "%s  %s %s  %s%s\n"
        .formatted(
            operation.path("id").asText(),
            operation.path("kind").asText(),
            operation.path("subject").asText(),
            operation.path("status").asText(),
            reason.isEmpty() ? "" : ": " + reason);
  }

  @Command(description = "Show an operation.")
  int show(@Parameters(paramLabel = "OPERATION") String operation) {
    JsonNode shown = session.api().get("/v1/operations/" + operation);
    return session.print(shown, () -> Details.of(shown));
  }
}
