package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.MigrationReport;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Predicate;

/** Looks at the server again and again until something is over. */
final class Waiting {
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** Five minutes, for VMs and operations; a migration has deadlines of its own. */
  private static final int LOOK_LIMIT = 1_500;

  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Session session;

  Waiting(Session session) {
    this.session = session;
  }

  /** Until it runs or has failed; the VM as it is then. */
  JsonNode untilRunning(JsonNode vm) {
    return look(
        "/v1/vms/" + vm.path("id").asText(),
        "phase",
        phase ->
            phase.equals("RUNNING") || phase.equals("FAILED") || phase.equals("NEEDS_OPERATOR"));
  }

  /** The operation as it ended. */
  JsonNode untilOver(JsonNode operation) {
    return look(
        "/v1/operations/" + operation.path("id").asText(),
        "status",
        status -> !status.equals("RUNNING"));
  }

  private JsonNode look(String path, String field, Predicate<String> over) {
    JsonNode thing = session.patiently(() -> session.api().get(path));
    for (int looks = 1; !over.test(thing.path(field).asText()); looks++) {
      if (looks == LOOK_LIMIT) {
        session.terminal().err().println("drover: not over yet; it goes on by itself");
        return thing;
      }
      session.pause(PAUSE);
      thing = session.patiently(() -> session.api().get(path));
    }
    return thing;
  }

  /** Draws the progress of a migration and, at its end, its report. */
  int watch(String id) {
    String path = "/v1/migrations/" + id;
    JsonNode migration = session.patiently(() -> session.api().get(path));
    String vmPath = "/v1/vms/" + migration.path("vm").asText();
    long memoryBytes =
        session.patiently(() -> session.api().get(vmPath)).path("memoryBytes").asLong();
    String drawn = "";
    while (!migration.path("over").asBoolean()) {
      drawn = draw(MigrationReport.progress(migration, memoryBytes), drawn);
      session.pause(PAUSE);
      migration = session.patiently(() -> session.api().get(path));
    }
    if (session.terminal().interactive() && !drawn.isEmpty()) {
      session.terminal().err().print(CLEAR_LINE);
    }
    JsonNode ended = migration;
    session.print(ended, () -> MigrationReport.full(ended));
    return ended.path("phase").asText().equals("COMPLETED") ? Session.DONE : Session.REFUSED;
  }

  /** Draws the progress of a drain and, at its end, every VM. */
  int watchDrain(String path) {
    return watch(path, DrainReport::progress, drain -> DrainReport.full(drain, session));
  }

  /** Draws the progress of a drill and, at its end, what it measured. */
  int watchDrill(String path) {
    return watch(path, DrillReport::progress, drill -> DrillReport.full(drill, session));
  }

  private int watch(
      String path, Function<JsonNode, String> progress, Function<JsonNode, String> full) {
    String drawn = "";
    JsonNode work = session.patiently(() -> session.api().get(path));
    while (!work.path("over").asBoolean()) {
      drawn = draw(progress.apply(work), drawn);
      session.pause(PAUSE);
      work = session.patiently(() -> session.api().get(path));
    }
    if (session.terminal().interactive() && !drawn.isEmpty()) {
      session.terminal().err().print(CLEAR_LINE);
    }
    JsonNode ended = work;
    session.print(ended, () -> full.apply(ended));
    return ended.path("phase").asText().equals("COMPLETED") ? Session.DONE : Session.REFUSED;
  }

  /** Progress goes to the error stream: the report alone is the output. */
  private String draw(String line, String drawn) {
    if (!session.isJson() && !line.equals(drawn)) {
      if (session.terminal().interactive()) {
        session.terminal().err().print(CLEAR_LINE + line);
        session.terminal().err().flush();
      } else {
        session.terminal().err().println(line);
      }
    }
    return line;
  }
}
