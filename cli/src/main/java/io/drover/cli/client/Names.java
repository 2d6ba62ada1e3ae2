package io.drover.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds the id people mean: a full id, a VM's name, a host's name ({@code h2} or {@code north/h2}),
 * or the end of an id, as long as only one thing is meant.
 */
public final class Names {
  private static final Pattern VM_ID = Pattern.compile("vm-[a-z0-9-]+-\\d{2}-[0-9a-z]{26}");
  private static final Pattern HOST_ID = Pattern.compile("host-[a-z0-9-]+-\\d{2}-[a-z0-9-]+");
  private static final Pattern MIGRATION_ID = Pattern.compile("mig-[a-z0-9-]+-\\d{2}-[0-9a-z]{26}");
  private static final int TAIL_LENGTH = 4;

  private final Api api;

  public Names(Api api) {
    this.api = api;
  }

  /** The id of a VM. */
  public String vm(String text) {
    return VM_ID.matcher(text).matches()
        ? text
        : only("VM", text, api.list("/v1/vms", Map.of()), vm -> isVm(vm, text));
  }

  private static boolean isVm(JsonNode vm, String text) {
    return !vm.path("phase").asText().equals("DELETED")
        && (vm.path("name").asText().equals(text) || endsWith(vm, text));
  }

  /** The id of a host. */
  public String host(String text) {
    return HOST_ID.matcher(text).matches()
        ? text
        : only("host", text, api.list("/v1/hosts", Map.of()), host -> isHost(host, text));
  }

  private static boolean isHost(JsonNode host, String text) {
    String name = host.path("name").asText();
    return name.equals(text) || (host.path("area").asText() + "/" + name).equals(text);
  }

  /** The id of a migration. */
  public String migration(String text) {
    return MIGRATION_ID.matcher(text).matches()
        ? text
        : only(
            "migration",
            text,
            api.list("/v1/migrations", Map.of()),
            migration -> endsWith(migration, text));
  }

  private static boolean endsWith(JsonNode thing, String text) {
    return text.length() >= TAIL_LENGTH && thing.path("id").asText().endsWith(text);
  }

  private static String only(
      String kind, String text, List<JsonNode> all, Predicate<JsonNode> meant) {
    List<String> ids = all.stream().filter(meant).map(thing -> thing.path("id").asText()).toList();
    return switch (ids.size()) {
      case 0 ->
          throw new RefusedException(
              Api.JSON
                  .createObjectNode()
                  .put("type", "urn:drover:problem:not-found")
                  .put("title", "There is no such thing")
                  .put("status", 404)
                  .put("detail", "no %s is called \"%s\"".formatted(kind, text)));
      case 1 -> ids.getFirst();
      default ->
          throw new IllegalArgumentException(
              "more than one %s is meant by \"%s\": %s"
                  .formatted(kind, text, String.join(", ", ids)));
    };
  }
}
