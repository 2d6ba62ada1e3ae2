package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.cli.client.Api;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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

  @Command(description = "Let lost hosts be fenced, and their VMs be restarted elsewhere.")
  int arm(
      @Parameters(paramLabel = "AREA") String area,
      @Option(
              names = "--force",
              description =
                  "Also what vanished with many others, or while losses were ignored: it is lost.")
          boolean force) {
    ObjectNode request = Api.JSON.createObjectNode();
    request.put("force", force);
    return change(area, "arm", request);
  }

  @Command(description = "Let no host be fenced for a while, as for work on the network.")
  int disarm(
      @Parameters(paramLabel = "AREA") String area,
      @Option(
              names = "--minutes",
              required = true,
              description = "After which it arms itself again, 1 to 1440.")
          long minutes,
      @Option(names = "--reason", required = true, description = "For others.") String reason,
      @Option(
              names = "--ignore",
              description = "Hosts that are lost meanwhile are not fenced afterwards either.")
          boolean ignore) {
    ObjectNode request = Api.JSON.createObjectNode();
    request.put("minutes", minutes);
    request.put("reason", reason);
    request.put("mode", ignore ? "IGNORE" : "FREEZE");
    return change(area, "disarm", request);
  }

  private int change(String area, String action, ObjectNode request) {
    JsonNode arming =
        session
            .api()
            .post("/v1/areas/" + area + ":" + action, request, UUID.randomUUID().toString());
    return session.print(arming, () -> Details.of(arming));
  }

  @Command(description = "Show an area, its cells and hosts.")
  int show(@Parameters(paramLabel = "AREA") String area) {
    JsonNode shown = session.api().get("/v1/areas/" + area);
    return session.print(shown, () -> Details.of(shown));
  }
}
