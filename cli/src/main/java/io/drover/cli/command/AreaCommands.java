package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.cli.client.Api;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

  private String table(List<JsonNode> areas) {
    Table table =
        session.table("NAME", "MANAGED BY", "BACKUPS", "HOSTS>", "TO SWITCH>", "+NODES", "ALARMS");
    for (JsonNode area : areas) {
      table.row(
          area.path("id").asText(),
          area.path("managedBy").asText(),
          texts(area.path("backups"), ""),
          Integer.toString(area.path("hosts").size()),
          area.path("hostsToSwitch").asText(),
          texts(area.path("controlNodes"), "name"),
          texts(area.path("alarms"), "kind"));
    }
    return table.toString();
  }

  private static String texts(JsonNode array, String field) {
    return array
        .valueStream()
        .map(item -> field.isEmpty() ? item : item.path(field))
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "));
  }

  @Command(
      description = {
        "Have another area's control nodes run this area.",
        "Its VMs run on untouched; its hosts' agents follow within seconds."
      })
  int failover(
      @Parameters(paramLabel = "AREA") String area,
      @Option(
              names = "--to",
              paramLabel = "AREA",
              description = "Which backup; else the first with room.")
          @Nullable String to,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the decision.")
          @Nullable String reason) {
    return change(area, "failover", to, reason);
  }

  @Command(description = "Have an area run itself again.")
  int failback(
      @Parameters(paramLabel = "AREA") String area,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the decision.")
          @Nullable String reason) {
    return change(area, "failback", null, reason);
  }

  @Command(
      description = {
        "Have an area fail over and come back, to try it, and measure both ways.",
        "Its VMs run on untouched. Without options it returns at once; the drill goes on by itself."
      })
  int drill(
      @Parameters(paramLabel = "AREA") String area,
      @Option(
              names = "--to",
              paramLabel = "AREA",
              description = "Which backup; else the first with room.")
          @Nullable String to,
      @Option(names = "--watch", description = "Follow it to its end.") boolean watch,
      @Option(names = "--abort", description = "Have the area come back at once.") boolean abort) {
    String path = "/v1/areas/" + area;
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    put(body, "to", to);
    JsonNode operation =
        abort
            ? session.api().post(path + ":drill-abort")
            : session.api().post(path + ":drill", body);
    return watch
        ? new Waiting(session).watchDrill(path + "/drill")
        : session.print(operation, () -> OperationCommands.line(operation));
  }

  @Command(name = "drill-status", description = "Show the drill of an area under way, or the last.")
  int drillStatus(@Parameters(paramLabel = "AREA") String area) {
    JsonNode drill = session.api().get("/v1/areas/" + area + "/drill");
    return session.print(drill, () -> DrillReport.full(drill, session));
  }

  @Command(description = "Give back the cells that an area runs for others because of their load.")
  int recall(
      @Parameters(paramLabel = "AREA") String area,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the decision.")
          @Nullable String reason) {
    return change(area, "recall", null, reason);
  }

  @Command(description = "Change an area's backup hierarchy and policies.")
  int set(
      @Parameters(paramLabel = "AREA") String area,
      @Option(
              names = "--backups",
              paramLabel = "AREA",
              split = ",",
              arity = "0..1",
              fallbackValue = "",
              description = "In the order to ask; empty for none.")
          @Nullable List<String> backups,
      @Option(names = "--failback", paramLabel = "WHO", description = "manual, auto or never.")
          @Nullable String failback,
      @Option(
              names = "--failback-after",
              paramLabel = "SECONDS",
              description = "With auto: how long it must have been well.")
          @Nullable Long failbackAfter,
      @Option(
              names = "--borrow-limit",
              paramLabel = "HOSTS",
              description = "Hosts of other areas that it takes over at most.")
          @Nullable Long borrowLimit) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (backups != null) {
      ArrayNode names = body.putArray("backups");
      backups.stream().filter(name -> !name.isBlank()).forEach(names::add);
    }
    put(body, "failback", failback);
    if (failbackAfter != null) {
      body.put("failbackAfterSeconds", failbackAfter);
    }
    if (borrowLimit != null) {
      body.put("borrowLimit", borrowLimit);
    }
    if (body.isEmpty()) {
      throw new IllegalArgumentException(
          "area set changes nothing without --backups, --failback, --failback-after or --borrow-limit");
    }
    return shown(session.api().patch("/v1/areas/" + area, body));
  }

  private int change(String area, String action, @Nullable String to, @Nullable String reason) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    put(body, "to", to);
    put(body, "reason", reason);
    return shown(session.api().post("/v1/areas/" + area + ":" + action, body));
  }

  private static void put(ObjectNode body, String field, @Nullable String value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  private int shown(JsonNode area) {
    return session.print(area, () -> Details.of(area));
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
