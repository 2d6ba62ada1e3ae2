package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.MigrationReport;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drover migration}. A migration is named by its id, or the end of it. */
@Command(
    name = "migration",
    description = "Moves of VMs between hosts.",
    synopsisSubcommandLabel = "COMMAND")
final class MigrationCommands {
  private static final String MIGRATION = "MIGRATION";

  private final Session session;

  MigrationCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List migrations.")
  int list(
      @Option(names = "--vm", description = "Only this VM's.") @Nullable String vm,
      @Option(names = "--active", description = "Only those under way.") boolean active) {
    Map<String, String> query = new HashMap<>();
    if (vm != null) {
      query.put("vm", session.names().vm(vm));
    }
    if (active) {
      query.put("active", "true");
    }
    List<JsonNode> migrations = session.api().list("/v1/migrations", query);
    return session.print(migrations, () -> table(migrations));
  }

  private String table(List<JsonNode> migrations) {
    Table table =
        session.table(
            "ID", "PHASE", "+SOURCE", "TARGET", "BLACKOUT>", "+SENT>", "+TOTAL>", "+AGE>", "+VM");
    for (JsonNode migration : migrations) {
      JsonNode figures = migration.path("figures");
      table.row(
          migration.path("id").asText(),
          MigrationReport.phase(migration.path("phase").asText()),
          migration.path("source").asText(),
          Units.text(migration.path("target")),
          Units.micros(figures.at("/downtimes/vcpuUs")),
          Units.size(figures.path("totalBytes")),
          Units.micros(figures.path("totalUs")),
          Units.age(migration.path("requestedAt"), session.now()),
          migration.path("vm").asText());
    }
    return table.toString();
  }

  static String line(JsonNode migration) {
    return "%s  %s  %s -> %s\n"
        .formatted(
            migration.path("id").asText(),
            MigrationReport.phase(migration.path("phase").asText()),
            migration.path("source").asText(),
            Units.text(migration.path("target")));
  }

  @Command(description = "Show a migration and its figures.")
  int show(@Parameters(paramLabel = MIGRATION) String migration) {
    JsonNode shown = session.api().get(path(migration));
    return session.print(shown, () -> MigrationReport.full(shown));
  }

  @Command(description = "Roll back, unless it switched over.")
  int cancel(@Parameters(paramLabel = MIGRATION) String migration) {
    JsonNode cancelled = session.api().post(path(migration) + ":cancel");
    return session.print(cancelled, () -> line(cancelled));
  }

  @Command(description = "Follow a migration to its end.")
  int watch(@Parameters(paramLabel = MIGRATION) String migration) {
    return new Waiting(session).watch(session.names().migration(migration));
  }

  private String path(String migration) {
    return "/v1/migrations/" + session.names().migration(migration);
  }
}
