package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.cli.client.Api;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drover host}. A host is named by its name, {@code area/name}, or its id. */
@Command(
    name = "host",
    description = "Machines that carry guests.",
    synopsisSubcommandLabel = "COMMAND")
final class HostCommands {
  private static final String HOST = "HOST";

  private final Session session;

  HostCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List hosts.")
  int list(@Option(names = "--area", description = "Only this area's.") @Nullable String area) {
    List<JsonNode> hosts =
        session.api().list("/v1/hosts", area == null ? Map.of() : Map.of("area", area));
    return session.print(hosts, () -> table(hosts));
  }

  private String table(List<JsonNode> hosts) {
    Table table =
        session.table(
            "NAME",
            "ID",
            "STATE",
            "CORDONED",
            "+CLAIMS>",
            "+CPU>",
            "MEMORY>",
            "+HYPERVISORS",
            "HEARD>");
    for (JsonNode host : hosts) {
      table.row(
          host.path("area").asText() + "/" + host.path("name").asText(),
          host.path("id").asText(),
          host.path("state").asText(),
          host.path("cordoned").asBoolean() ? "yes" : "no",
          Integer.toString(host.path("claims").size()),
          Units.cores(host.at("/claimed/cpuMillis"))
              + " of "
              + Units.cores(host.at("/capacity/cpuMillis")),
          Units.size(host.at("/claimed/memoryBytes"))
              + " of "
              + Units.size(host.at("/capacity/memoryBytes")),
          hypervisors(host),
          Units.age(host.path("lastHeartbeat"), session.now()));
    }
    return table.toString();
  }

  private static String hypervisors(JsonNode host) {
    return StreamSupport.stream(host.path("hypervisors").spliterator(), false)
        .filter(each -> each.path("available").asBoolean())
        .map(each -> each.path("kind").asText())
        .collect(Collectors.joining(","));
  }

  @Command(description = "Show a host.")
  int show(@Parameters(paramLabel = HOST) String host) {
    JsonNode shown = session.api().get(path(host));
    return session.print(shown, () -> Details.of(shown));
  }

  @Command(description = "Let no new VMs on a host.")
  int cordon(@Parameters(paramLabel = HOST) String host) {
    return change(host, "cordon");
  }

  @Command(description = "Let new VMs on a host again.")
  int uncordon(@Parameters(paramLabel = HOST) String host) {
    return change(host, "uncordon");
  }

  @Command(
      description = {
        "Move every VM off a host.",
        "Cordons it. Without options it returns at once; the drain goes on by itself."
      })
  int drain(
      @Parameters(paramLabel = HOST) String host,
      @Option(names = "--watch", description = "Follow it to its end.") boolean watch,
      @Option(names = "--abort", description = "Stop it, and cancel its migrations.")
          boolean abort) {
    String path = path(host);
    JsonNode operation = session.api().post(path + (abort ? ":drain-abort" : ":drain"));
    return watch
        ? new Waiting(session).watchDrain(path + "/drain")
        : session.print(operation, () -> OperationCommands.line(operation));
  }

  @Command(name = "drain-status", description = "Show the drain of a host, VM by VM.")
  int drainStatus(@Parameters(paramLabel = HOST) String host) {
    JsonNode drain = session.api().get(path(host) + "/drain");
    return session.print(drain, () -> DrainReport.full(drain, session));
  }

  @Command(
      description =
          "Say that a host is off: its VMs are restarted elsewhere, and must not run twice.")
  int fence(
      @Parameters(paramLabel = HOST) String host,
      @Option(
              names = "--confirmed-off",
              required = true,
              description = "You have seen that it has no power.")
          boolean confirmedOff,
      @Option(names = "--reason", required = true, description = "How you know.") String reason) {
    ObjectNode request = Api.JSON.createObjectNode();
    request.put("confirmedOff", confirmedOff);
    request.put("reason", reason);
    JsonNode fenced =
        session.api().post(path(host) + ":fence", request, UUID.randomUUID().toString());
    return session.print(
        fenced,
        () ->
            "%s  %s by %s\n"
                .formatted(
                    fenced.path("id").asText(),
                    fenced.path("state").asText(),
                    fenced.at("/liveness/fenced/by").asText()));
  }

  private int change(String host, String action) {
    JsonNode changed = session.api().post(path(host) + ":" + action);
    return session.print(
        changed,
        () ->
            "%s  cordoned: %s\n"
                .formatted(
                    changed.path("id").asText(),
                    changed.path("cordoned").asBoolean() ? "yes" : "no"));
  }

  private String path(String host) {
    return "/v1/hosts/" + session.names().host(host);
  }
}
