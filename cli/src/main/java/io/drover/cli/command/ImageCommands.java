package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code drover image}. */
@Command(
    name = "image",
    description = "What guests are made from.",
    synopsisSubcommandLabel = "COMMAND")
final class ImageCommands {
  private static final int DIGEST_LENGTH = 12;

  private final Session session;

  ImageCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List images.")
  int list() {
    List<JsonNode> images = session.api().list("/v1/images", Map.of());
    return session.print(images, () -> table(images));
  }

  private static String table(List<JsonNode> images) {
    Table table = new Table("NAME", "HYPERVISOR", "SIZE>", "NEEDS>", "HOSTS>", "SHA256");
    for (JsonNode image : images) {
      String digest = image.path("sha256").asText();
      table.row(
          image.path("name").asText(),
          image.path("hypervisor").asText(),
          Units.size(image.path("sizeBytes")),
          Units.size(image.path("minMemoryBytes")),
          Integer.toString(image.path("hosts").size()),
          digest.substring(0, Math.min(DIGEST_LENGTH, digest.length())));
    }
    return table.toString();
  }
}
