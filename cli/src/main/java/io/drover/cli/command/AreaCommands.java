package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code drover area}. */
@Command(
    name = "area",
    description = "Failure and control domains.",
    synopsisSubcommandLabel = "COMMAND")
final class AreaCommands {
  private final Session session;

  AreaCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List areas.")
  int list() {
    List<JsonNode> areas = session.api().list("/v1/areas", Map.of());
    return session.print(areas, () -> table(areas));
  }

  private static String table(List<JsonNode> areas) {
    Table table = new Table("NAME", "CELLS>", "HOSTS>", "CONTROL NODES");
    for (JsonNode area : areas) {
      List<String> nodes = area.path("controlNodes").valueStream().map(JsonNode::asText).toList();
      table.row(
          area.path("id").asText(),
          Integer.toString(area.path("cells").size()),
          Integer.toString(area.path("hosts").size()),
          String.join(", ", nodes));
    }
    return table.toString();
  }

  @Command(description = "Show an area, its cells and hosts.")
  int show(@Parameters(paramLabel = "AREA") String area) {
    JsonNode shown = session.api().get("/v1/areas/" + area);
    return session.print(shown, () -> Details.of(shown));
  }
}
