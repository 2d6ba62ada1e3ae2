package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drover image}. */
@Command(
    name = "image",
    description = "What guests are made from.",
    synopsisSubcommandLabel = "COMMAND")
final class ImageCommands {
  private static final int DIGEST_LENGTH = 12;
  private static final int CHUNK = 1 << 16;
  private static final String IMAGE = "IMAGE";

  private final Session session;

  ImageCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List images.")
  int list() {
    List<JsonNode> images = session.api().list("/v1/images", Map.of());
    return session.print(images, () -> table(images));
  }

  @Command(description = "Show an image.")
  int show(@Parameters(paramLabel = IMAGE) String image) {
    JsonNode shown = session.api().get(path(image));
    return session.print(shown, () -> Details.of(shown));
  }

  @Command(
      description =
          "Upload a WebAssembly module, a Linux kernel (bzImage or ELF), or a qcow2 disk.")
  int upload(
      @Parameters(paramLabel = "FILE", description = "What is to be uploaded.") Path file,
      @Option(names = "--name", required = true, description = "What VMs call it.") String name)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      session.terminal().err().println("drover: there is no file " + file);
      return Session.USAGE;
    }
    UploadProgress progress = new UploadProgress(session.terminal(), Files.size(file));
    JsonNode image =
        session
            .api()
            .upload(
                "/v1/images?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                file,
                contentDigest(file),
                session.isJson() ? _ -> {} : progress::sent);
    progress.end();
    return session.print(
        image,
        () ->
            "%s  %s  %s  sha256 %s\n"
                .formatted(
                    image.path("name").asText(),
                    image.path("format").asText(),
                    Units.size(image.path("sizeBytes")),
                    image.path("sha256").asText()));
  }

  private static String contentDigest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[CHUNK];
      for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
        digest.update(chunk, 0, length);
      }
      return "sha-256=:" + Base64.getEncoder().encodeToString(digest.digest()) + ":";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Command(description = "Delete an uploaded image that no VM uses.")
  int delete(@Parameters(paramLabel = IMAGE) String image) {
    JsonNode nothing = session.api().delete(path(image));
    return session.print(nothing, () -> image + " deleted\n");
  }

  /** Help and completion only: the launcher gives this command to the builder. */
  @Command(
      name = "build-linux",
      customSynopsis = "drover image build-linux [--output DIR]",
      description = {
        "Build the image of a Linux guest on this machine (Debian; as root).",
        "DIR is where images are kept (default: ~/.drover/images). No other option counts."
      })
  int buildLinux() {
    session
        .terminal()
        .err()
        .println("drover: only the launcher can do this: ./drover image build-linux");
    return Session.USAGE;
  }

  private static String path(String image) {
    return "/v1/images/" + URLEncoder.encode(image, StandardCharsets.UTF_8);
  }

  private static String table(List<JsonNode> images) {
    Table table = new Table("NAME", "HYPERVISOR", "ORIGIN", "SIZE>", "NEEDS>", "HOSTS>", "SHA256");
    for (JsonNode image : images) {
      String digest = image.path("sha256").asText();
      table.row(
          image.path("name").asText(),
          Units.text(image.path("hypervisor")),
          image.path("uploaded").asBoolean() ? "uploaded" : "hosts",
          Units.size(image.path("sizeBytes")),
          Units.size(image.path("minMemoryBytes")),
          Integer.toString(image.path("hosts").size()),
          digest.substring(0, Math.min(DIGEST_LENGTH, digest.length())));
    }
    return table.toString();
  }
}
