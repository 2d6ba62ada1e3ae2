package io.drover.agent.qemu.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One command with the type of its answer.
 *
 * @param answer makes the answer from the {@code return} member
 */
public record QmpCommand<R>(
    String name, Map<String, Object> arguments, Function<JsonNode, R> answer) {
  /** Migration capabilities that this project turns on. */
  public static final Set<String> DIRECT_MODE = Set.of("x-ignore-shared", "return-path", "events");

  public QmpCommand {
    arguments = Map.copyOf(arguments);
  }

  /** Leaves negotiation mode; must be the first command of a connection. */
  static QmpCommand<JsonNode> capabilities() {
    return plain("qmp_capabilities", Map.of());
  }

  /** Stops the vCPUs. Emits {@code STOP} before it answers, unless they stood already. */
  public static QmpCommand<JsonNode> stop() {
    return plain("stop", Map.of());
  }

  /** Lets the vCPUs run. */
  public static QmpCommand<JsonNode> cont() {
    return plain("cont", Map.of());
  }

  /** Ends the process. */
  public static QmpCommand<JsonNode> quit() {
    return plain("quit", Map.of());
  }

  /** Presses the power button. */
  public static QmpCommand<JsonNode> systemPowerdown() {
    return plain("system_powerdown", Map.of());
  }

  /** The run state: {@code running}, {@code paused}, {@code inmigrate}, {@code postmigrate} … */
  public static QmpCommand<String> queryStatus() {
    return new QmpCommand<>(
        "query-status", Map.of(), returned -> returned.path("status").asText(""));
  }

  /** The name given at the start of the process; empty without one. */
  public static QmpCommand<String> queryName() {
    return new QmpCommand<>("query-name", Map.of(), returned -> returned.path("name").asText(""));
  }

  /** Where the migration stands that was started last. */
  public static QmpCommand<MigrationStatus> queryMigrate() {
    return new QmpCommand<>(
        "query-migrate",
        Map.of(),
        returned ->
            new MigrationStatus(
                returned.path("status").asText("none"),
                returned.path("downtime").asLong(0),
                returned.path("error-desc").asText("")));
  }

  /** Starts to send to {@code uri}. */
  public static QmpCommand<JsonNode> migrate(String uri) {
    return plain("migrate", Map.of("uri", uri));
  }

  /** Listens at {@code uri}; answers once it does. */
  public static QmpCommand<JsonNode> migrateIncoming(String uri) {
    return plain("migrate-incoming", Map.of("uri", uri));
  }

  /** Gives up the migration under way, if there is one. */
  public static QmpCommand<JsonNode> migrateCancel() {
    return plain("migrate_cancel", Map.of());
  }

  /** Turns migration capabilities on. */
  public static QmpCommand<JsonNode> enableCapabilities(Set<String> names) {
    return plain(
        "migrate-set-capabilities",
        Map.of(
            "capabilities",
            names.stream()
                .sorted()
                .map(name -> Map.of("capability", name, "state", true))
                .toList()));
  }

  /** Lets a migration send as fast as the socket takes it. */
  public static QmpCommand<JsonNode> unlimitedMigrationBandwidth() {
    return plain("migrate-set-parameters", Map.of("max-bandwidth", 0));
  }

  /** The command as sent. */
  Map<String, Object> message(long id) {
    Map<String, Object> message = new TreeMap<>();
    message.put("execute", name);
    message.put("id", id);
    if (!arguments.isEmpty()) {
      message.put("arguments", arguments);
    }
    return message;
  }

  private static QmpCommand<JsonNode> plain(String name, Map<String, Object> arguments) {
    return new QmpCommand<>(name, arguments, Function.identity());
  }

  /**
   * What {@code query-migrate} says.
   *
   * @param downtimeMs zero until it completed
   * @param error empty unless it failed
   */
  public record MigrationStatus(String status, long downtimeMs, String error) {
    public boolean isCompleted() {
      return status.equals("completed");
    }
  }
}
